// @ts-check
/** Which columns the table shows, in which order, and where they lie. Pure. */

/** Columns outside of the box that are drawn, too, so that short moves sideways draw nothing new (px). */
const BESIDE = 400;
/** The share of the box that pinned columns may take; beyond it they scroll with the others. */
const PINNED_SHARE = 0.6;

/** Columns by their place in the run: `order` has all of them. @typedef {{ order: number[], hidden: Set<number>, pins: Set<number> }} Arrangement */
/**
 * The columns shown, from left to right; the first `pinned` stay in the box. `edges` are their left edges
 * (px, after the row's number), and last the end.
 * @typedef {{ shown: number[], pinned: number, edges: number[] }} Placing
 */
/** Positions among the columns shown: the first, and the one after the last. @typedef {{ first: number, end: number }} Span */

/**
 * @param {Column[]} columns @param {string[] | null} names of those to show, in their order; null: all
 * @param {string[]} pinned @returns {Arrangement}
 */
export function arranged(columns, names, pinned) {
  const all = [...columns.keys()];
  const pins = new Set(all.filter((index) => pinned.includes(columns[index].name)));
  const listed = names ? places(columns, names) : all;
  if (listed.length === 0) return { order: all, hidden: new Set(), pins };
  const hidden = new Set(all.filter((index) => !listed.includes(index)));
  // Columns that are hidden from the natural order come back to their places in it.
  const natural = listed.every((index, at) => at === 0 || index > listed[at - 1]);
  return { order: natural ? all : [...listed, ...hidden], hidden, pins };
}

/** A name that stands twice means the first column of that name, then the next. @param {Column[]} columns @param {string[]} names */
function places(columns, names) {
  /** @type {Set<number>} */
  const found = new Set();
  for (const name of names) {
    const index = columns.findIndex((column, at) => column.name === name && !found.has(at));
    if (index >= 0) found.add(index);
  }
  return [...found];
}

/** The columns shown, the pinned ones first. @param {Arrangement} arrangement */
export function shownColumns({ order, hidden, pins }) {
  const shown = order.filter((index) => !hidden.has(index));
  return [...shown.filter((index) => pins.has(index)), ...shown.filter((index) => !pins.has(index))];
}

/**
 * @param {Arrangement} arrangement @param {(index: number) => number} width of a column (px)
 * @param {number} room for columns in the box (px) @returns {Placing}
 */
export function placed(arrangement, width, room) {
  const shown = shownColumns(arrangement);
  const edges = [0];
  for (const index of shown) edges.push(edges[edges.length - 1] + width(index));
  const pinned = shown.filter((index) => arrangement.pins.has(index)).length;
  return { shown, pinned: edge({ edges }, pinned) <= room * PINNED_SHARE ? pinned : 0, edges };
}

/** Left edge of a position, or the end of all columns (px). @param {{ edges: number[] }} placing @param {number} position */
export function edge({ edges }, position) {
  return edges[Math.min(position, edges.length - 1)];
}

/**
 * The unpinned columns to draw; the span there is while it holds all that is seen.
 * @param {Placing} placing @param {number} left how far the box is scrolled (px) @param {number} room
 * @param {Span} [now] @returns {Span}
 */
export function columnSpan(placing, left, room, now) {
  const seen = between(placing, left + edge(placing, placing.pinned), left + room);
  if (now && now.first <= seen.first && now.end >= seen.end) return now;
  return between(placing, left + edge(placing, placing.pinned) - BESIDE, left + room + BESIDE);
}

/** @param {Placing} placing @param {number} from @param {number} to @returns {Span} */
function between(placing, from, to) {
  const count = placing.shown.length;
  let first = placing.pinned;
  while (first < count - 1 && edge(placing, first + 1) <= from) first += 1;
  let end = first;
  while (end < count && edge(placing, end) < to) end += 1;
  return { first, end };
}
