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

/**
 * `top` is the first visible pixel among all rows, `scrollTop` the scroll bar's own position, `height`
 * the pixels that rows can fill.
 * @typedef {{ rows: number, height: number, top: number, scrollTop: number }} View
 */

/** @returns {View} */
export function emptyView() {
  return { rows: 0, height: 0, top: 0, scrollTop: 0 };
}

/** Height the rows take in the document (px). @param {View} view */
export function canvasHeight(view) {
  return Math.min(view.rows * ROW_HEIGHT, TALLEST);
}

/** The view after the number of rows or the box has changed; what is at the top stays there. @param {View} view @param {number} rows @param {number} height @returns {View} */
export function resized(view, rows, height) {
  const next = { ...view, rows, height };
  return { ...next, top: clamp(view.top, 0, lastTop(next)) };
}

/** The view after the scroll bar was moved. @param {View} view @param {number} scrollTop @returns {View} */
export function scrolled(view, scrollTop) {
  const next = { ...view, scrollTop };
  const move = scrollTop - view.scrollTop;
  if (scrollTop <= 0) return { ...next, top: 0 };
  if (scrollTop >= lastScroll(view) - 1 && move > 0) return { ...next, top: lastTop(view) };
  if (!isScaled(view)) return { ...next, top: scrollTop };
  const top = Math.abs(move) <= SHORT_MOVE ? view.top + move : scrollTop / scale(view);
  return { ...next, top: clamp(top, 0, lastTop(view)) };
}

/** The view with another pixel at its top, and the scroll bar where it belongs. @param {View} view @param {number} top @returns {View} */
export function movedTo(view, top) {
  return settled({ ...view, top: clamp(top, 0, lastTop(view)) });
}

/** The view with the scroll bar where it belongs; nothing visible moves. @param {View} view @returns {View} */
export function settled(view) {
  if (!isScaled(view)) return { ...view, scrollTop: view.top };
  const scrollTop = Math.round(view.top * scale(view));
  if (view.top <= 0 || view.top >= lastTop(view)) return { ...view, scrollTop };
  // Not at an end of the bar unless the rows are at theirs, or there would be no way back.
  return { ...view, scrollTop: clamp(scrollTop, 1, lastScroll(view) - 1) };
}

/** The view that shows a row whole, moved as little as possible. @param {View} view @param {number} row @returns {View} */
export function revealed(view, row) {
  const above = row * ROW_HEIGHT;
  const below = above + ROW_HEIGHT - view.height;
  if (above < view.top) return movedTo(view, above);
  return below > view.top ? movedTo(view, below) : view;
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

/** Rows that a page key moves by. @param {View} view */
export function pageRows(view) {
  return Math.max(1, Math.floor(view.height / ROW_HEIGHT) - 1);
}

/** @param {View} view */
function isScaled(view) {
  return view.rows * ROW_HEIGHT > TALLEST;
}

/** @param {View} view */
function lastTop(view) {
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
