// @ts-check
/** The panels over the table, all that they need with them: loaded when the first one is asked for. */

import { RecordPanel } from "./record-panel.js";
import { goTo } from "./table-cells.js";
import { ValuePanel } from "./value-panel.js";

/** @typedef {import("./row-panel.js").RowPanel} RowPanel */
/** @typedef {import("./run-table.js").RunTable} RunTable */

/**
 * Opens the panel that an event of the table asks for, over the columns in the table's order, the hidden ones last.
 * @param {CustomEvent<{ row: number, column?: Column }>} event `cellopen` or `recordopen`
 * @param {import("./row-panel.js").Looked["source"]} source @param {Column[]} columns @param {RunTable} table
 * @returns {RowPanel}
 */
export function openPanel({ type, detail: { row, column: asked } }, source, columns, table) {
  const order = [...new Set([...table.layout.placing.shown, ...columns.keys()])];
  const looked = {
    source: reordered(source, order),
    columns: order.flatMap((at) => columns[at] ?? []),
    reveal: (/** @type {number} */ to, /** @type {number} */ column) => reveal(table, to, order[column]),
  };
  const panel = type === "cellopen" ? new ValuePanel(looked) : new RecordPanel(looked);
  panel.open(row, Math.max(0, looked.columns.findIndex((each) => each === asked)));
  return panel;
}

/** A column that is hidden leaves the table where it is. @param {RunTable} table @param {number} row @param {number | undefined} index of the column in the run */
function reveal(table, row, index) {
  const column = table.layout.placing.shown.indexOf(index ?? -1);
  goTo(table, { row, column: column < 0 ? table.range.active.column : column });
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
