// @ts-check
/** The table's heading: a cell for each column drawn, with its name, type, menu button and edge to drag. */

import { element } from "./element.js";
import { place } from "./table-row.js";

/** @typedef {import("./table-row.js").Slot} Slot */

export class TableHead {
  #number = element("div", { role: "columnheader", class: "number", "aria-colindex": 1 }, "#");
  element = element("div", { role: "row", "aria-rowindex": 1 }, this.#number);
  /** By the columns' places in the run; made when they are first seen. @type {Map<number, HTMLElement>} */
  #cells = new Map();
  /** @type {Column[]} */
  #columns = [];

  /** @param {Column[]} columns */
  open(columns) {
    this.#columns = columns;
    this.#cells.clear();
    this.element.replaceChildren(this.#number);
  }

  // Only what has changed is moved: an edge that is being dragged, or has the focus, stays.
  /** @param {Slot[]} slots */
  arrange(slots) {
    const cells = slots.map((slot) => this.cell(slot.index));
    const drawn = new Set(cells);
    for (const cell of this.#cells.values()) if (!drawn.has(cell)) cell.remove();
    cells.forEach((cell, at) => {
      const there = this.element.children[at + 1];
      if (there !== cell) this.element.insertBefore(cell, there);
      place(cell, slots[at]);
    });
  }

  /** @param {number} index */
  cell(index) {
    const cell = this.#cells.get(index) ?? heading(this.#columns[index], index);
    this.#cells.set(index, cell);
    return cell;
  }
}

/** @param {Column} column @param {number} index */
function heading({ name, type, label }, index) {
  return element(
    "div",
    { role: "columnheader", title: `${name}: ${type}`, "data-column": index },
    element("span", { class: "label", dir: "auto" }, label),
    element("span", { class: "type" }, type),
    element("button", { type: "button", class: "options", tabindex: -1, "aria-haspopup": "menu", "aria-label": `Options of ${label}` }),
    element("span", { class: "edge" }),
  );
}
