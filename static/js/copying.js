// @ts-check
/** Puts what is selected in the table on the clipboard, as tab-separated text and as an HTML table, and says how it went. */

import { copyByCommand } from "./clipboard.js";
import { htmlLine, tabLine } from "./clipboard-text.js";
import { count, counted } from "./format.js";
import { Pace } from "./page-turn.js";

/** @typedef {import("./run-table.js").RunTable} RunTable */
/** What is copied, by its kinds. @typedef {{ "text/plain": string, "text/html"?: string }} Texts */
/** Which rows, all before `to`, and which columns by their places in the run. @typedef {{ from: number, to: number, columns: number[], named: boolean }} Part */

/** More is a file's matter. */
const MOST_ROWS = 100_000;
const MOST_CELLS = 5_000_000;
/** Cells that are copied at once, in the copy's own event; above, the page stays alive meanwhile. */
const AT_ONCE = 250_000;
/** Cells that also become HTML, which browsers take long to look through. */
const HTML_CELLS = 500_000;
/** Rows that are asked for together. */
const SLICE = 1000;

/** @param {RunTable} table @param {DataTransfer | null} given the event's clipboard, if there still is one */
export async function copyRange(table, given) {
  const part = selected(table);
  const rows = part.to - part.from;
  const cells = rows * part.columns.length;
  if (rows > MOST_ROWS || cells > MOST_CELLS) return tell(table, 0, 0, tooMuch(rows, part.columns.length));
  const texts = given && cells <= AT_ONCE ? textsAtHand(table, part) : null;
  const problem = given && texts ? give(given, texts) : await copyLater(table, part);
  tell(table, problem ? 0 : rows, problem ? 0 : part.columns.length, problem || copiedWords(rows, part.columns.length));
}

/** @param {RunTable} table @returns {Part} */
function selected({ bounds, layout, range }) {
  return { from: bounds.top, to: bounds.bottom + 1, columns: layout.placing.shown.slice(bounds.left, bounds.right + 1), named: range.rows };
}

/** @param {RunTable} table @param {Part} part @returns {Texts | null} null when a row is not here */
function textsAtHand(table, part) {
  const writer = new Writer(table, part);
  for (let index = part.from; index < part.to; index += 1) {
    const row = table.source.row(index);
    if (!row) return null;
    writer.add(row);
  }
  return writer.texts;
}

/** @param {DataTransfer} clipboard @param {Texts} texts */
function give(clipboard, texts) {
  for (const [kind, text] of Object.entries(texts)) clipboard.setData(kind, text);
  return "";
}

/** @param {RunTable} table @param {Part} part @returns {Promise<string>} why it is not there, or nothing */
async function copyLater(table, part) {
  const made = loadedTexts(table, part);
  try {
    if (globalThis.ClipboardItem && navigator.clipboard) await navigator.clipboard.write([clipboardItem(part, made)]);
    else if (!copyByCommand(await made)) return "The rows are here now; copy once more.";
    return "";
  } catch {
    const cause = await made.then(() => "The browser did not let the page copy.", () => "Not all of these rows could be loaded.");
    return `${cause} Nothing was copied.`;
  }
}

/** @param {Part} part @param {Promise<Texts>} made */
function clipboardItem(part, made) {
  /** @type {(keyof Texts)[]} */
  const kinds = hasHtml(part) ? ["text/plain", "text/html"] : ["text/plain"];
  return new ClipboardItem(Object.fromEntries(kinds.map((type) => [type, made.then((texts) => new Blob([texts[type] ?? ""], { type }))])));
}

/** @param {RunTable} table @param {Part} part @returns {Promise<Texts>} */
async function loadedTexts(table, part) {
  const writer = new Writer(table, part);
  const pace = new Pace();
  for (let from = part.from; from < part.to; from += SLICE) {
    for (const row of await rowsOf(table.source, from, Math.min(part.to, from + SLICE))) {
      writer.add(row);
      if (pace.isDue) await pace.turn();
    }
  }
  return writer.texts;
}

/** @param {import("./run-table.js").Source} source @param {number} from @param {number} to @returns {Promise<Row[]>} */
async function rowsOf(source, from, to) {
  /** @type {Row[]} */
  const rows = [];
  for (let row = source.row(from); row; row = from + rows.length < to ? source.row(from + rows.length) : null) rows.push(row);
  if (rows.length === to - from) return rows;
  if (!source.load) throw new Error("Rows are missing.");
  return source.load(from, to);
}

/** @param {Part} part */
function hasHtml({ from, to, columns }) {
  const cells = (to - from) * columns.length;
  return cells > 1 && cells <= HTML_CELLS;
}

class Writer {
  /** @type {string[]} */
  #text = [];
  /** @type {string[] | null} */
  #html;
  #columns;
  #isOne;

  /** @param {RunTable} table @param {Part} part */
  constructor(table, part) {
    this.#columns = part.columns;
    this.#isOne = part.to - part.from === 1 && part.columns.length === 1;
    this.#html = hasHtml(part) ? [] : null;
    if (part.named) this.#write(part.columns.map((index) => table.layout.columns[index]?.name), "th");
  }

  /** @param {Row} row */
  add(row) {
    this.#write(this.#columns.map((index) => row[index]), "td");
  }

  /** @param {import("./clipboard-text.js").Values} values @param {"td" | "th"} name */
  #write(values, name) {
    // One cell alone is its value as it is.
    this.#text.push(this.#isOne ? (values[0] ?? "") : tabLine(values));
    this.#html?.push(htmlLine(values, name));
  }

  /** @returns {Texts} */
  get texts() {
    return { "text/plain": this.#text.join("\n"), ...(this.#html && { "text/html": `<table>${this.#html.join("\n")}</table>` }) };
  }
}

/** @param {number} rows @param {number} columns */
function copiedWords(rows, columns) {
  return rows === 1 && columns === 1 ? "Copied." : `Copied ${counted(rows, "row")} of ${counted(columns, "column")}.`;
}

/** @param {number} rows @param {number} columns */
function tooMuch(rows, columns) {
  return `${counted(rows, "row")} of ${counted(columns, "column")} are too many for the clipboard (up to ${count(MOST_ROWS)} rows). Download them instead: the links above the table have every row.`;
}

/** @param {RunTable} table @param {number} rows @param {number} columns @param {string} words */
function tell(table, rows, columns, words) {
  table.dispatchEvent(new CustomEvent("copied", { detail: { rows, columns, words }, bubbles: true }));
}
