// @ts-check
/** The panels over the table, all that they need with them: loaded when the first one is asked for. */

import { RecordPanel } from "./record-panel.js";
import { ValuePanel } from "./value-panel.js";

/** @typedef {import("./row-panel.js").RowPanel} RowPanel */

/**
 * Opens the panel that an event of the table asks for.
 * @param {CustomEvent<{ row: number, column?: Column }>} event `cellopen` or `recordopen`
 * @param {import("./row-panel.js").Looked["source"]} source @param {Column[]} columns
 * @param {{ reveal(row: number, column: number): void }} table
 * @returns {RowPanel}
 */
export function openPanel({ type, detail: { row, column: asked } }, source, columns, table) {
  const looked = { source, columns, reveal: (/** @type {number} */ to, /** @type {number} */ column) => table.reveal(to, column) };
  const panel = type === "cellopen" ? new ValuePanel(looked) : new RecordPanel(looked);
  panel.open(row, Math.max(0, looked.columns.findIndex((each) => each === asked)));
  return panel;
}
