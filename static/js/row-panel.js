// @ts-check
/**
 * A dialog over one row of a run: leads to the rows beside it, waits for those that are being loaded, says
 * what was copied. What it shows of a row is up to the panel that is made of it.
 */

import { copyText } from "./clipboard.js";
import { button, element, setText } from "./element.js";
import { count } from "./format.js";

/**
 * The rows, and how the table is told where the reader is.
 * @typedef {{
 *   source: { length: number, row(index: number): Row | null }, columns: Column[],
 *   reveal(row: number, column: number): void,
 * }} Looked
 */
/** @typedef {{ text: string, key: string, rows: number, columns: number }} Move a button and its key, and how far they lead */

/** Characters of a value that are read out when the panel moves to it. */
const SPOKEN = 200;

/** @type {Move[]} */
export const ROW_MOVES = [
  { text: "Previous row", key: "PageUp", rows: -1, columns: 0 },
  { text: "Next row", key: "PageDown", rows: 1, columns: 0 },
];

export class RowPanel {
  row = 0;
  column = 0;
  looked;
  #moves;
  #drawn = false;
  #heading;
  #place = element("p", { class: "place" });
  #said = element("p", { class: "said", role: "status" });
  #dialog;

  /** @param {string} id @param {Looked} looked @param {Move[]} moves @param {Element} content @param {Element[]} tools */
  constructor(id, looked, moves, content, tools) {
    this.looked = looked;
    this.#heading = element("h2", { id: `${id}-heading`, dir: "auto" });
    this.#moves = moves.map((move) => ({ ...move, button: this.#moveButton(move) }));
    const close = button("Close", () => this.#dialog.close(), "primary");
    const group = element("div", { class: "moves", role: "group", "aria-label": "Move" }, ...this.#moves.map((move) => move.button));
    const actions = element("div", { class: "actions" }, group, this.#said, ...tools, close);
    const head = element("header", {}, this.#heading, this.#place);
    this.#dialog = element("dialog", { id, class: "panel", "aria-labelledby": this.#heading.id }, head, content, actions);
    this.#dialog.addEventListener("keydown", (event) => this.#keydown(event));
    this.#dialog.addEventListener("close", () => this.#dialog.remove());
  }

  /** @param {number} row @param {number} column */
  open(row, column) {
    document.body.append(this.#dialog);
    this.#goTo(row, column);
    this.#dialog.showModal();
  }

  get isOpen() {
    return this.#dialog.open;
  }

  close() {
    this.#dialog.close();
  }

  /** Looks again at the source: the row may have come, or more rows behind it. */
  update() {
    this.#markEnds();
    if (this.#drawn) return;
    const values = this.looked.source.row(this.row);
    this.#drawn = values !== null;
    this.#dialog.setAttribute("aria-busy", String(!this.#drawn));
    this.draw(values);
  }

  /** Shows the row, or that it is being loaded. @param {Row | null} _values */
  draw(_values) {}

  /** What is read out of a row that the panel has moved to. @param {Row | null} _values @returns {string} */
  spoken(_values) {
    return "";
  }

  /** @param {string} heading @param {string} place */
  entitle(heading, place) {
    setText(this.#heading, heading);
    setText(this.#place, place);
  }

  /** "Row 3 of 5,000" @returns {string} */
  get rowWords() {
    return `Row ${count(this.row + 1)} of ${count(this.looked.source.length)}`;
  }

  /** @param {string} text @param {string} what */
  async copy(text, what) {
    const done = await copyText(text);
    this.#say(done ? `${what} copied` : "The browser did not let this page copy", false);
  }

  /** @param {string} words @param {boolean} unseen */
  #say(words, unseen) {
    this.#said.classList.toggle("unseen", unseen);
    setText(this.#said, words);
  }

  /** @param {Move} move */
  #moveButton(move) {
    const made = button("", () => this.#move(move), "move");
    made.setAttribute("aria-label", move.text);
    made.setAttribute("aria-keyshortcuts", move.key);
    made.title = `${move.text} (${move.key.replace("Page", "Page ").replace("Arrow", "")})`;
    made.dataset.key = move.key;
    return made;
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const move = this.#moves.find(({ key }) => key === event.key);
    if (!move) return;
    event.preventDefault();
    this.#move(move);
  }

  /** @param {Move} move */
  #move(move) {
    if (!this.#leads(move)) return;
    this.#goTo(this.row + move.rows, this.column + move.columns);
    this.looked.reveal(this.row, this.column);
    this.#say(this.spoken(this.looked.source.row(this.row)), true);
  }

  /** Whether there is a place that it leads to. @param {Move} move */
  #leads({ rows, columns }) {
    const [row, column] = [this.row + rows, this.column + columns];
    return row >= 0 && row < this.looked.source.length && column >= 0 && column < this.looked.columns.length;
  }

  /** @param {number} row @param {number} column */
  #goTo(row, column) {
    this.row = row;
    this.column = column;
    this.#drawn = false;
    this.update();
  }

  // Not `disabled`: the button under the keyboard would lose it.
  #markEnds() {
    for (const move of this.#moves) move.button.setAttribute("aria-disabled", String(!this.#leads(move)));
  }
}

/** The beginning of a value, as it is read out. @param {string | null} value */
export function spokenValue(value) {
  return value === null ? "NULL" : value.slice(0, SPOKEN) || "empty";
}
