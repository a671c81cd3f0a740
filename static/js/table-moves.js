// @ts-check
/** Where the view of the table goes when its reader goes to a cell. Pure. */

import { edge } from "./table-columns.js";
import { ROW_HEIGHT, lastTop, settled } from "./viewport.js";

/** @typedef {import("./viewport.js").View} View */
/** @typedef {import("./table-columns.js").Placing} Placing */

/** The view with another pixel at its top, and the scroll bar where it belongs. @param {View} view @param {number} top @returns {View} */
export function movedTo(view, top) {
  return settled({ ...view, top: Math.max(0, Math.min(lastTop(view), top)) });
}

/** The view that shows a row whole, moved as little as possible. @param {View} view @param {number} row @returns {View} */
export function revealed(view, row) {
  const above = row * ROW_HEIGHT;
  const below = above + ROW_HEIGHT - view.height;
  if (above < view.top) return movedTo(view, above);
  return below > view.top ? movedTo(view, below) : view;
}

/** Rows that a page key moves by. @param {View} view */
export function pageRows(view) {
  return Math.max(1, Math.floor(view.height / ROW_HEIGHT) - 1);
}

/** How far to scroll so that a column is seen whole, or from its beginning. @param {Placing} placing @param {number} position @param {number} left @param {number} room */
export function revealedLeft(placing, position, left, room) {
  if (position < placing.pinned) return left;
  const most = edge(placing, position) - edge(placing, placing.pinned);
  return Math.min(most, Math.max(left, edge(placing, position + 1) - room));
}

/** The position under a place (px from the left edge of the first column as it is seen). @param {Placing} placing @param {number} x @param {number} left */
export function positionAt(placing, x, left) {
  const place = x < edge(placing, placing.pinned) ? x : x + left;
  const found = placing.edges.findIndex((each) => each > place);
  return (found < 0 ? placing.shown.length : Math.max(1, found)) - 1;
}
