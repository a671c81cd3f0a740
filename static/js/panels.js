// @ts-check
/** The panels over the table, all that they need with them: loaded when the first one is asked for. */

import { RecordPanel } from "./record-panel.js";
import { ValuePanel } from "./value-panel.js";

/** @typedef {import("./row-panel.js").RowPanel} RowPanel */

/** @typedef {{ layout: { placing: { shown: number[] } }, reveal(row: number, column: number): void }} Table */

/**
 * Opens the panel that an event of the table asks for, over the columns in the table's order, the hidden ones last.
 * @param {CustomEvent<{ row: number, column?: Column }>} event `cellopen` or `recordopen`
 * @param {import("./row-panel.js").Looked["source"]} source @param {Column[]} columns @param {Table} table
 * @returns {RowPanel}
 */
export function openPanel({ type, detail: { row, column: asked } }, source, columns, table) {
  const order = [...new Set([...table.layout.placing.shown, ...columns.keys()])];
  const looked = {
    source: reordered(source, order),
    columns: order.flatMap((at) => columns[at] ?? []),
    reveal: (/** @type {number} */ to, /** @type {number} */ column) => table.reveal(to, order[column] ?? -1),
  };
  const panel = type === "cellopen" ? new ValuePanel(looked) : new RecordPanel(looked);
  panel.open(row, Math.max(0, looked.columns.findIndex((each) => each === asked)));
  return panel;
}

/** @param {import("./row-panel.js").Looked["source"]} source @param {number[]} order */
function reordered(source, order) {
  return {
    get length() {
      return source.length;
    },
    row: (/** @type {number} */ index) => {
      const values = source.row(index);
      return values && order.map((at) => values[at] ?? null);
    },
  };
}
