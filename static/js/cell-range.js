// @ts-check
/** The cells that are selected: from where the selection began to the active cell, or whole rows and columns. Pure. */

/** A cell by its row, and its column's position among those shown. @typedef {{ row: number, column: number }} Cell */
/** `rows` means every row there is, `columns` every column shown. @typedef {{ anchor: Cell, active: Cell, rows: boolean, columns: boolean }} Range */
/** All four count. @typedef {{ top: number, bottom: number, left: number, right: number }} Bounds */

/** @param {Cell} cell @returns {Range} that cell alone */
export function only(cell) {
  return { anchor: cell, active: cell, rows: false, columns: false };
}

/** Whether no more is selected than the active cell. @param {Range} range */
export function isOne({ anchor, active, rows, columns }) {
  return !rows && !columns && anchor.row === active.row && anchor.column === active.column;
}

/** @param {Range} range @param {number} rows how many there are @param {number} columns @returns {Bounds} */
export function bounds(range, rows, columns) {
  const { anchor, active } = range;
  return {
    top: range.rows ? 0 : Math.min(anchor.row, active.row),
    bottom: range.rows ? rows - 1 : Math.max(anchor.row, active.row),
    left: range.columns ? 0 : Math.min(anchor.column, active.column),
    right: range.columns ? columns - 1 : Math.max(anchor.column, active.column),
  };
}
