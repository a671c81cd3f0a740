// @ts-check
/** One reused row element of the table: which row it shows now, and its cells. */

import { element } from "./element.js";
import { count } from "./format.js";
import { isNumeric } from "./column-type.js";

/** Characters of a value that a cell shows; the whole value is one key away. */
const SHOWN = 400;

export class TableRow {
  element = element("div", { role: "row" });
  index = -1;
  #header = element("div", { role: "rowheader", class: "number" });
  /** @type {HTMLElement[]} */
  #cells;
  /** @type {Row | null | undefined} */
  #values;

  /** @param {Column[]} columns */
  constructor(columns) {
    this.#cells = columns.map((column, index) => {
      const look = isNumeric(column.type) ? "cell numeric" : "cell";
      return element("div", { role: "gridcell", class: look, "aria-colindex": index + 2, dir: "auto" });
    });
    this.element.append(this.#header, ...this.#cells);
  }

  /** @param {number} index @param {Row | null} values null while they are being loaded */
  show(index, values) {
    if (index === this.index && values === this.#values) return;
    this.index = index;
    this.#values = values;
    // The heading is row 1.
    this.element.setAttribute("aria-rowindex", String(index + 2));
    this.element.setAttribute("aria-busy", String(values === null));
    this.element.classList.toggle("loading", values === null);
    this.#header.textContent = count(index + 1);
    this.#cells.forEach((cell, column) => showValue(cell, values ? values[column] : ""));
  }

  /** @param {number} column */
  cell(column) {
    return this.#cells[column];
  }
}

/** @param {HTMLElement} cell @param {string | null | undefined} value */
function showValue(cell, value) {
  const text = value ?? "";
  cell.textContent = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  const isNull = value === null;
  if (cell.classList.toggle("null", isNull)) cell.setAttribute("aria-label", "NULL");
  else cell.removeAttribute("aria-label");
}
