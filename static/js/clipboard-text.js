// @ts-check
/** Rows as spreadsheets take them from the clipboard: values between tabs, and a plain table of HTML. Pure. */

/** @typedef {(string | null | undefined)[]} Values */

const ENTITIES = new Map([["&", "&amp;"], ["<", "&lt;"], [">", "&gt;"], ["\n", '<br style="mso-data-placement:same-cell">']]);

/** A line without its end: NULL is empty, what would break the line apart is quoted. @param {Values} values */
export function tabLine(values) {
  return values.map((value) => (value && /[\t\n\r"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : (value ?? ""))).join("\t");
}

/** @param {Values} values @param {"td" | "th"} name of the cells */
export function htmlLine(values, name = "td") {
  return `<tr>${values.map((value) => `<${name}>${escaped(value ?? "")}</${name}>`).join("")}</tr>`;
}

/** @param {string} text */
function escaped(text) {
  return /[&<>\n]/.test(text) ? text.replace(/[&<>\n]/g, (character) => ENTITIES.get(character) ?? "") : text;
}
