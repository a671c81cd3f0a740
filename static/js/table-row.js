// @ts-check
/** One reused row element of the table: which row it shows now, and its cells. */

import { digitGroups } from "./digit-groups.js";
import { element } from "./element.js";
import { count } from "./format.js";

/** Characters of a value that a cell shows; the whole value is one key away. */
const SHOWN = 400;

/**
 * A cell of every row: which column, at which position among those shown, and how it looks.
 * @typedef {{ index: number, position: number, look: string, left: string, grouped: boolean }} Slot
 */

export class TableRow {
  element = element("div", { role: "row" });
  index = -1;
  #header = element("div", { role: "rowheader", class: "number", "aria-colindex": 1 });
  /** @type {HTMLElement[]} */
  #cells = [];
  /** @type {Slot[]} */
  #slots = [];
  /** @type {Row | null | undefined} */
  #values;
  /** Positions that are selected: from, to. */
  #selected = [0, -1];

  constructor() {
    this.element.append(this.#header);
  }

  /** @param {Slot[]} slots */
  arrange(slots) {
    while (this.#cells.length < slots.length) this.#cells.push(element("div", { role: "gridcell" }));
    for (const cell of this.#cells.splice(slots.length)) cell.remove();
    this.#cells.forEach((cell, at) => place(cell, slots[at]));
    this.element.append(...this.#cells.filter((cell) => !cell.parentNode));
    this.#slots = slots;
    this.#values = undefined;
    this.#selected = [];
  }

  /** @param {number} index @param {Row | null} values null while they are being loaded */
  show(index, values) {
    if (index === this.index && values === this.#values) return;
    if (index !== this.index) this.#number(index);
    if (values === null || !this.#values) this.element.ariaBusy = String(values === null);
    this.#values = values;
    this.#cells.forEach((cell, at) => showValue(cell, this.#slots[at], values));
  }

  /** @param {number} index */
  #number(index) {
    this.index = index;
    // The heading is row 1.
    this.element.ariaRowIndex = String(index + 2);
    this.#header.textContent = count(index + 1);
  }

  /** Shows as selected what lies between two positions. @param {number} left @param {number} right */
  select(left, right) {
    if (this.#selected[0] === left && this.#selected[1] === right) return;
    this.#selected = [left, right];
    this.#header.classList.toggle("touched", left <= right);
    this.#cells.forEach((cell, at) => {
      const { position } = this.#slots[at];
      cell.ariaSelected = String(left <= position && position <= right);
    });
  }

  /** @param {number} position */
  cell(position) {
    return this.#cells[this.#slots.findIndex((slot) => slot.position === position)];
  }
}

/** @param {HTMLElement} cell a heading or a cell @param {Slot} slot */
export function place(cell, { look, left, grouped, position }) {
  cell.className = look;
  cell.style.left = left;
  // To find a text's direction takes time; that of numbers is known.
  cell.dir = grouped ? "" : "auto";
  // The row's number is column 1.
  cell.ariaColIndex = String(position + 2);
}

/** @param {HTMLElement} cell @param {Slot} slot @param {Row | null} values */
export function showValue(cell, { index, grouped }, values) {
  const value = values ? values[index] : "";
  const whole = value ?? "";
  const text = whole.length > SHOWN ? `${whole.slice(0, SHOWN)}…` : whole;
  if (grouped) showGroups(cell, digitGroups(text));
  else cell.textContent = text;
  cell.classList.toggle("null", value === null);
  cell.ariaLabel = value === null ? "NULL" : null;
}

// A cell mostly gets a number of its size again: new elements cost more than new texts.
/** @param {HTMLElement} cell @param {string[]} groups */
function showGroups(cell, groups) {
  const parts = cell.childNodes;
  if (parts.length !== groups.length) cell.replaceChildren(...groups.map((group, at) => (at ? element("span", {}, group) : group)));
  else groups.forEach((group, at) => ((parts[at]?.firstChild ?? parts[at] ?? cell).textContent = group));
}
