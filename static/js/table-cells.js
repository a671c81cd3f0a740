// @ts-check
/** Goes to cells of the table, and finds the cell under the pointer. */

import { only } from "./cell-range.js";
import { positionAt, revealed, revealedLeft } from "./table-moves.js";
import { ROW_HEIGHT } from "./viewport.js";

/** @typedef {import("./run-table.js").RunTable} RunTable */
/** @typedef {import("./cell-range.js").Cell} Cell */

/** Makes a cell the active one and brings it into view. @param {RunTable} table @param {Cell} cell perhaps outside @param {boolean} extend whether the selection is drawn out to it */
export function goTo(table, cell, extend = false) {
  const { placing, room } = table.layout;
  const active = { row: within(cell.row, table.source.length), column: within(cell.column, placing.shown.length) };
  table.view = revealed(table.view, active.row);
  const left = revealedLeft(placing, active.column, table.left, room);
  if (left !== table.left) table.box.scrollLeft = table.left = left;
  table.select(extend ? { ...table.range, active } : only(active));
}

/** The cell at a point of the page, perhaps outside of the rows; column -1 is the row's number. @param {RunTable} table @param {{ clientX: number, clientY: number }} point @returns {Cell} */
export function placeAt({ box, head, layout, view, left }, { clientX, clientY }) {
  const x = clientX - box.getBoundingClientRect().left - layout.number;
  const y = clientY - head.element.getBoundingClientRect().bottom + view.top;
  return { row: Math.floor(y / ROW_HEIGHT), column: x < 0 ? -1 : positionAt(layout.placing, x, left) };
}

/** @param {number} place @param {number} count */
function within(place, count) {
  return Math.max(0, Math.min(count - 1, place));
}
