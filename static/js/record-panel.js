// @ts-check
/** One row as a list: each column with its type and its value, the way a wide row can be read. */

import { button, element, setText } from "./element.js";
import { counted } from "./format.js";
import { recordJson, recordTsv } from "./record-text.js";
import { ROW_MOVES, RowPanel, spokenValue } from "./row-panel.js";
import { ValuePanel } from "./value-panel.js";

/** Characters of a value that the list shows; the rest is one press away. */
const SHOWN = 1000;

export class RecordPanel extends RowPanel {
  /** @type {Row | null} */
  #values = null;
  #cells;
  /** @type {RowPanel | null} */
  #opened = null;

  /** @param {import("./row-panel.js").Looked} looked */
  constructor(looked) {
    const cells = looked.columns.map(() => element("td", { dir: "auto" }));
    const lines = looked.columns.map((column, at) => element("tr", {}, heading(column), cells[at] ?? ""));
    const table = element("table", { "aria-label": "Values of the row" }, element("tbody", {}, ...lines));
    const list = element("div", { class: "content record", tabindex: 0, role: "group", "aria-label": "Values", autofocus: true }, table);
    super("record", looked, ROW_MOVES, list, [
      button("Copy TSV", () => this.#copy(recordTsv, "Row")),
      button("Copy JSON", () => this.#copy(recordJson, "Row as JSON")),
    ]);
    this.#cells = cells;
  }

  /** @override */
  update() {
    super.update();
    this.#opened?.update();
  }

  /** @param {Row | null} values @override */
  draw(values) {
    this.#values = values;
    this.entitle(this.rowWords, values ? counted(values.length, "column") : "loading…");
    this.#cells.forEach((cell, at) => this.#fill(cell, at, values ? (values[at] ?? null) : ""));
  }

  /** @param {Row | null} values @returns {string} @override */
  spoken(values) {
    return `${this.rowWords}: ${values ? spokenValue(values[0] ?? null) : "loading"}`;
  }

  /** @param {HTMLElement} cell @param {number} at @param {string | null} value */
  #fill(cell, at, value) {
    cell.classList.toggle("null", value === null);
    cell.ariaLabel = value === null ? "NULL" : null;
    const text = value ?? "";
    if (text.length <= SHOWN) return setText(cell, text);
    const more = button(`Show all ${counted(text.length, "character")}`, () => this.#openValue(at), "plain");
    cell.replaceChildren(`${text.slice(0, SHOWN)}… `, more);
  }

  /** @param {number} column */
  #openValue(column) {
    this.#opened = new ValuePanel(this.looked);
    this.#opened.open(this.row, column);
  }

  /** @param {(columns: Column[], row: Row) => string} text @param {string} what */
  #copy(text, what) {
    if (this.#values) this.copy(text(this.looked.columns, this.#values), what);
  }
}

/** @param {Column} column */
function heading({ label, type }) {
  return element("th", { scope: "row" }, element("span", { class: "label", dir: "auto" }, label), element("span", { class: "type" }, type));
}
