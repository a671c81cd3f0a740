// @ts-check
/** The whole value of one cell: its text, JSON with its structure, and how long it is. */

import { button, element, setText } from "./element.js";
import { count } from "./format.js";
import { indented } from "./json-indent.js";
import { ROW_MOVES, RowPanel, spokenValue } from "./row-panel.js";
import { textDirection, textPieces } from "./text-pieces.js";
import { sizeWords } from "./text-size.js";

/** Characters that are shown at once: laying out more takes browsers seconds. */
const SHOWN = 1_000_000;
const MOVES = [
  { text: "Previous column", key: "ArrowLeft", rows: 0, columns: -1 },
  { text: "Next column", key: "ArrowRight", rows: 0, columns: 1 },
  ...ROW_MOVES,
];

export class ValuePanel extends RowPanel {
  /** @type {string | null} */
  #value = null;
  #whole = false;
  #indents = true;
  #text;
  #cut;
  #cutWords;
  #indent;
  #copy;

  /** @param {import("./row-panel.js").Looked} looked */
  constructor(looked) {
    const text = element("pre", { tabindex: 0, role: "group", "aria-label": "Value", autofocus: true });
    const cutWords = element("span");
    const cut = element("p", { class: "notice" }, cutWords, button("Show all", () => this.#showAll()));
    const indent = button("Indent", () => this.#toggleIndent());
    const copy = button("Copy", () => this.#value !== null && this.copy(this.#value, "Value"));
    super("value", looked, MOVES, element("div", { class: "content" }, cut, text), [indent, copy]);
    this.#text = text;
    this.#cut = cut;
    this.#cutWords = cutWords;
    this.#indent = indent;
    this.#copy = copy;
    text.addEventListener("copy", (event) => copySelected(event, this.#value));
  }

  /** @param {Row | null} values @override */
  draw(values) {
    this.#value = values?.[this.column] ?? null;
    this.#whole = false;
    this.entitle(this.#columnHere.label, [this.rowWords, this.#columnHere.type, this.#size(values)].join(" · "));
    this.#text.classList.toggle("null", values !== null && this.#value === null);
    this.#copy.setAttribute("aria-disabled", String(this.#value === null));
    this.#fill();
    this.#text.scrollTo(0, 0);
  }

  /** @param {Row | null} values @returns {string} @override */
  spoken(values) {
    const value = values ? spokenValue(values[this.column] ?? null) : "loading";
    return `${this.#columnHere.label}, row ${count(this.row + 1)}: ${value}`;
  }

  get #columnHere() {
    return this.looked.columns[this.column] ?? { name: "", label: "", type: "" };
  }

  /** @param {Row | null} values */
  #size(values) {
    return values ? sizeWords(this.#value, this.#columnHere.type) : "loading…";
  }

  #fill() {
    const value = this.#value ?? "";
    const part = this.#whole ? value : beginning(value, SHOWN);
    const isJson = /^jsonb?$/.test(this.#columnHere.type) && this.#value !== null;
    this.#indent.hidden = !isJson;
    this.#indent.setAttribute("aria-pressed", String(this.#indents));
    this.#cut.hidden = part.length === value.length;
    setText(this.#cutWords, `The first ${count(part.length)} characters are shown.`);
    this.#text.dir = textDirection(part);
    const pieces = textPieces(isJson && this.#indents ? indented(part) : part);
    this.#text.replaceChildren(...pieces.map((piece) => element("span", {}, piece)));
  }

  #toggleIndent() {
    this.#indents = !this.#indents;
    this.#fill();
  }

  #showAll() {
    this.#whole = true;
    this.#fill();
    this.#text.focus();
  }
}

/** Its first characters, without half of one. @param {string} text @param {number} most */
function beginning(text, most) {
  const part = text.slice(0, most);
  return part.length < text.length ? part.replace(/[\ud800-\udbff]$/, "") : part;
}

// The pieces are no lines: what is selected is copied as the text that it is, and without a selection the value.
/** @param {ClipboardEvent} event @param {string | null} value */
function copySelected(event, value) {
  const selection = getSelection();
  const selected = selection?.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0).cloneContents().textContent : value;
  event.clipboardData?.setData("text/plain", selected ?? "");
  event.preventDefault();
}
