// @ts-check
/**
 * Which rows a scroll box shows, over any number of rows. Browsers cut an element at some height
 * (Firefox draws nothing below about 6 million px, Chromium ends at 33 million), so above `TALLEST`
 * the scroll bar is scaled: short moves (wheel, keys, touch) go pixel by pixel, long ones (the bar being
 * dragged) go in proportion. Pure.
 */

/** Height of a row (px); the style sheet's `--row-height` has the same figure. */
export const ROW_HEIGHT = 28;
/** Height at which the scrolled element stops growing (px). */
export const TALLEST = 5_000_000;
/** The longest scroll that counts as short (px); one pixel of a scaled bar is longer. */
const SHORT_MOVE = 1500;
/** How far a scaled bar stays away from its ends while rows are left there (px): room for short moves. */
const ROOM = 10_000;

/**
 * `top` is the first visible pixel among all rows, `scrollTop` the scroll bar's own position, `height`
 * the pixels that rows can fill; `far` says that a scaled bar was dragged since it was last put in place.
 * @typedef {{ rows: number, height: number, top: number, scrollTop: number, far: boolean }} View
 */

/** @returns {View} */
export function emptyView() {
  return { rows: 0, height: 0, top: 0, scrollTop: 0, far: false };
}

/** Height the rows take in the document (px). @param {View} view */
export function canvasHeight(view) {
  return Math.min(view.rows * ROW_HEIGHT, TALLEST);
}

/**
 * The view after the number of rows or the box has changed. What is at the top stays there, except for who
 * has scrolled to the last row: he follows it.
 * @param {View} view @param {number} rows @param {number} height @returns {View}
 */
export function resized(view, rows, height) {
  const next = { ...view, rows, height };
  const top = isAtEnd(view) ? lastTop(next) : clamp(view.top, 0, lastTop(next));
  return { ...next, top, scrollTop: isScaled(next) ? Math.min(view.scrollTop, lastScroll(next)) : top };
}

/** The view after the scroll bar was moved. @param {View} view @param {number} scrollTop @returns {View} */
export function scrolled(view, scrollTop) {
  if (!isScaled(view)) return { ...view, scrollTop, top: scrollTop >= lastScroll(view) - 1 ? lastTop(view) : Math.max(0, scrollTop) };
  const move = scrollTop - view.scrollTop;
  const long = Math.abs(move) > SHORT_MOVE;
  const far = view.far || long;
  return { ...view, scrollTop, far, top: clamp(far ? farTop(view, scrollTop, long) : view.top + move, 0, lastTop(view)) };
}

// A bar that is dragged ends where the rows do, however short its last move was.
/** @param {View} view @param {number} scrollTop @param {boolean} long */
function farTop(view, scrollTop, long) {
  if (scrollTop <= 0) return 0;
  if (scrollTop >= lastScroll(view) - 1) return lastTop(view);
  return long ? scrollTop / scale(view) : view.top + scrollTop - view.scrollTop;
}

/** Whether short moves have brought a scaled bar so near its end that it has to be put in place at once. @param {View} view */
export function isCornered(view) {
  const left = Math.min(view.scrollTop, lastScroll(view) - view.scrollTop);
  return isScaled(view) && !view.far && left < ROOM / 2 && Math.abs(settled(view).scrollTop - view.scrollTop) > ROOM / 2;
}

/** Whether the bar is seen to stand elsewhere than the rows do. @param {View} view */
export function isAstray(view) {
  return Math.abs(settled(view).scrollTop - view.scrollTop) > TALLEST / 500;
}

/** The view with the scroll bar where it belongs; nothing visible moves. @param {View} view @returns {View} */
export function settled(view) {
  if (!isScaled(view)) return { ...view, scrollTop: view.top };
  const scrollTop = Math.round(view.top * scale(view));
  const atEnd = view.top <= 0 || view.top >= lastTop(view);
  return { ...view, far: false, scrollTop: atEnd ? scrollTop : clamp(scrollTop, ROOM, lastScroll(view) - ROOM) };
}

/**
 * The rows to draw: the first, how many, and how far the first is shifted upwards (px).
 * @param {View} view
 */
export function visibleRows(view) {
  const first = Math.floor(view.top / ROW_HEIGHT);
  const shift = view.top - first * ROW_HEIGHT;
  const count = Math.ceil((view.height + shift) / ROW_HEIGHT);
  return { first, shift, count: clamp(count, 0, view.rows - first) };
}

/** Whether the last row was scrolled to; rows that all fit do not count. @param {View} view */
function isAtEnd(view) {
  return view.top > 0 && view.top >= lastTop(view) - 1;
}

/** @param {View} view */
function isScaled(view) {
  return view.rows * ROW_HEIGHT > TALLEST;
}

/** The last pixel that can be at the top. @param {View} view */
export function lastTop(view) {
  return Math.max(0, view.rows * ROW_HEIGHT - view.height);
}

/** @param {View} view */
function lastScroll(view) {
  return Math.max(0, canvasHeight(view) - view.height);
}

/** @param {View} view */
function scale(view) {
  return lastScroll(view) / lastTop(view);
}

/** @param {number} value @param {number} least @param {number} most */
function clamp(value, least, most) {
  return Math.max(least, Math.min(most, value));
}
