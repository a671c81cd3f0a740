// @ts-check
/** What a PostgreSQL type means for its column: how the values line up, and how wide it begins. Pure. */

const numeric = /^(smallint|integer|bigint|numeric|decimal|real|double precision|money|oid|xid8?|int[248]|float[48])\b(?!.*\[\])/;

/** The narrowest and widest a column begins with, in characters. */
const NARROWEST = 5;
const WIDEST = 36;
/** Room for the cell's own margins, in characters. */
const MARGIN = 3;
/** How much wider than their characters headings are, which are bold, and numbers, whose digits are set apart. */
const BOLD = 1.2;
const APART = 1.15;

/** Whether values are numbers, shown right-aligned. @param {string} type */
export function isNumeric(type) {
  return numeric.test(type);
}

/**
 * How wide each column begins, in characters: its heading and the rows at hand decide.
 * @param {Column[]} columns @param {Row[]} rows
 */
export function columnWidths(columns, rows) {
  return columns.map((column, index) => {
    const longest = rows.reduce((most, row) => Math.max(most, textWidth(row[index] ?? "")), 0);
    const values = isNumeric(column.type) ? longest * APART : longest;
    const heading = Math.max(textWidth(column.label) * BOLD, column.type.length * 0.85);
    return Math.min(WIDEST, Math.max(NARROWEST, heading, values)) + MARGIN;
  });
}

/** Characters a text takes; East Asian ones and emoji take two. @param {string} text */
function textWidth(text) {
  const seen = text.slice(0, WIDEST);
  const wide = seen.match(/[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uff00-\uff60]/g);
  return seen.length + (wide?.length ?? 0);
}
