// @ts-check
/** A selection that is drawn out with the mouse; beyond the box's edges the cells move along. */

import { goTo, placeAt } from "./table-cells.js";

/** Rows that pass at most while the pointer is held outside, each frame. */
const FASTEST = 20;

/** @param {import("./run-table.js").RunTable} table whose cell has just been pressed */
export function dragRange(table) {
  const ended = new AbortController();
  /** Where the pointer is held, while that is outside of the cells. @type {MouseEvent | null} */
  let outside = null;

  const follow = () => {
    if (!outside || ended.signal.aborted) return;
    extend(table, outside, FASTEST);
    requestAnimationFrame(follow);
  };
  /** @param {MouseEvent} event */
  const move = (event) => {
    if ((event.buttons & 1) === 0) return ended.abort();
    const isNew = outside === null;
    outside = isOver(table, event) ? null : event;
    if (!outside) extend(table, event, Infinity);
    else if (isNew) requestAnimationFrame(follow);
  };
  addEventListener("mousemove", move, { signal: ended.signal });
  addEventListener("mouseup", () => ended.abort(), { signal: ended.signal });
}

/** @param {import("./run-table.js").RunTable} table @param {MouseEvent} event @param {number} most rows */
function extend(table, event, most) {
  const { row, column } = placeAt(table, event);
  const { active, columns } = table.range;
  const next = { row: Math.max(active.row - most, Math.min(active.row + most, row)), column: column < 0 ? active.column - 1 : column };
  goTo(table, columns ? { ...next, column: active.column } : next, true);
}

/** @param {import("./run-table.js").RunTable} table @param {MouseEvent} event */
function isOver(table, { clientX, clientY }) {
  const { left, top, right, bottom } = table.box.getBoundingClientRect();
  const { bottom: head } = table.head.element.getBoundingClientRect();
  return clientX >= left && clientX <= right && clientY >= Math.max(top, head) && clientY <= bottom;
}
