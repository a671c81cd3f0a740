// @ts-check
/** What a reader changes about the columns: which are shown, in which order, and which are pinned. Pure. */

import { shownColumns } from "./table-columns.js";

/** @typedef {import("./table-columns.js").Arrangement} Arrangement */

/** Hides or shows a column; the last one stays. @param {Arrangement} arrangement @param {number} index @returns {Arrangement} */
export function toggledHidden(arrangement, index) {
  const hidden = toggled(arrangement.hidden, index);
  return hidden.size < arrangement.order.length ? { ...arrangement, hidden } : arrangement;
}

/** @param {Arrangement} arrangement @param {number} index @returns {Arrangement} */
export function toggledPin(arrangement, index) {
  return { ...arrangement, pins: toggled(arrangement.pins, index) };
}

/** Every column, in the order of the run. @param {Arrangement} arrangement @returns {Arrangement} */
export function natural({ order, pins }) {
  return { order: order.map((_, index) => index), hidden: new Set(), pins };
}

/** The column that is shown beside this one, among those that are pinned as it is. @param {Arrangement} arrangement @param {number} index @param {-1 | 1} step */
export function neighbour(arrangement, index, step) {
  const shown = shownColumns(arrangement);
  const found = shown[shown.indexOf(index) + step];
  return found !== undefined && arrangement.pins.has(found) === arrangement.pins.has(index) ? found : null;
}

/** Puts a column where another one is, which moves aside. @param {Arrangement} arrangement @param {number} index @param {number} target @returns {Arrangement} */
export function movedTo(arrangement, index, target) {
  const order = arrangement.order.filter((each) => each !== index);
  order.splice(arrangement.order.indexOf(target), 0, index);
  return { ...arrangement, order };
}

/** The names of the columns shown, or null when they are all of them in the order of the run. @param {Arrangement} arrangement @param {Column[]} columns */
export function shownNames({ order, hidden }, columns) {
  const isNatural = hidden.size === 0 && order.every((index, at) => index === at);
  return isNatural ? null : order.filter((index) => !hidden.has(index)).map((index) => columns[index]?.name ?? "");
}

/** @param {Set<number>} set @param {number} index */
function toggled(set, index) {
  const others = new Set(set);
  if (!others.delete(index)) others.add(index);
  return others;
}
