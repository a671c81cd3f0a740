// @ts-check
/** What the keys do in the table, by the data grid pattern of WAI-ARIA. Pure. */

/** @typedef {import("./cell-range.js").Cell} Cell */
/** @typedef {{ key: string, ctrlKey: boolean, metaKey: boolean, shiftKey: boolean, altKey: boolean }} Key */
/** @typedef {"open" | "record" | "menu" | "rows" | "columns" | "all" | "clear"} Command */

/** What a key does, beside moving. @param {Key} event @returns {Command | null} */
export function commandOf({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  const far = ctrlKey || metaKey;
  if (altKey) return key === "ArrowDown" && !far ? "menu" : null;
  if (key === "Enter") return shiftKey ? "record" : "open";
  if (key === " ") return far ? "rows" : shiftKey ? "columns" : "record";
  if (key === "Escape") return "clear";
  return far && key.toLowerCase() === "a" ? "all" : null;
}

/** Where a key leads; perhaps outside of the table. @param {Key} event @param {Cell} cell @param {number} page rows of a page @returns {Cell | null} */
export function moved({ key, ctrlKey, metaKey, altKey }, { row, column }, page) {
  const far = ctrlKey || metaKey;
  const step = far ? Infinity : 1;
  switch (altKey ? "" : key) {
    case "ArrowUp":
      return { row: row - step, column };
    case "ArrowDown":
      return { row: row + step, column };
    case "ArrowLeft":
      return { row, column: column - step };
    case "ArrowRight":
      return { row, column: column + step };
    case "PageUp":
      return { row: row - page, column };
    case "PageDown":
      return { row: row + page, column };
    case "Home":
      return { row: far ? 0 : row, column: 0 };
    case "End":
      return { row: far ? Infinity : row, column: Infinity };
    default:
      return null;
  }
}
