// @ts-check
/** What the page puts on paper: what was asked, and the rows in the window with every column that is shown, as a plain table. */

import { readAddress } from "./address.js";
import { askedWords } from "./asked-words.js";
import { element } from "./element.js";
import { count } from "./format.js";
import { showValue } from "./table-row.js";
import { visibleRows } from "./viewport.js";

/** @typedef {import("./run-table.js").RunTable} RunTable */

/** Columns of this size and number fill the width of a page (pt); smaller letters cannot be read. */
const LARGEST = 9;
const SMALLEST = 4;
const FITTING = 8;

/** From now on the sheet is in the document while the page is printed. @param {RunTable} table @param {() => ReportRecord | null} report as it is known by then */
export function printSheets(table, report) {
  const sheet = element("section", { class: "paper" });
  onbeforeprint = () => {
    const asked = askedWords(readAddress(location.search), report()?.parameters ?? []);
    sheet.replaceChildren(element("p", {}, asked.join(" · ")), ...(table.source.length ? [rowsOf(table)] : []));
    table.closest("main")?.append(sheet);
  };
  onafterprint = () => sheet.remove();
}

/** @param {RunTable} table */
function rowsOf({ source, layout, view }) {
  const { first, count: shown } = visibleRows(view);
  const rows = Array.from({ length: shown }, (_, at) => first + at);
  const slots = layout.whole;
  const headings = slots.map(({ index, look }) => element("th", { class: look, scope: "col" }, layout.columns[index]?.label ?? ""));
  const made = element(
    "table",
    {},
    element("caption", {}, `Rows ${count(first + 1)} to ${count(first + shown)} of ${count(source.length)}`),
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "#"), ...headings)),
    element("tbody", {}, ...rows.map((row) => lineOf(row, source.row(row), slots))),
  );
  made.style.fontSize = `${Math.max(SMALLEST, Math.min(LARGEST, (LARGEST * FITTING) / slots.length))}pt`;
  return made;
}

/** @param {number} row @param {Row | null} values @param {import("./table-row.js").Slot[]} slots */
function lineOf(row, values, slots) {
  const cells = slots.map((slot) => {
    const cell = element("td", { class: slot.look, dir: slot.grouped ? null : "auto" });
    showValue(cell, slot, values);
    return cell;
  });
  return element("tr", {}, element("th", { scope: "row" }, count(row + 1)), ...cells);
}
