// @ts-check
/** The panels over the table, all that they need with them: loaded when the first one is asked for. */

import { RecordPanel } from "./record-panel.js";
import { ValuePanel } from "./value-panel.js";

/** @typedef {import("./row-panel.js").RowPanel} RowPanel */

/**
 * Opens the panel that an event of the table asks for.
 * @param {string} name `cellopen` or `recordopen`
 * @param {import("./row-panel.js").Looked} looked
 * @param {{ row: number, column?: Column }} place
 * @returns {RowPanel}
 */
export function openPanel(name, looked, { row, column }) {
  const panel = name === "cellopen" ? new ValuePanel(looked) : new RecordPanel(looked);
  panel.open(row, Math.max(0, looked.columns.findIndex((each) => each === column)));
  return panel;
}
