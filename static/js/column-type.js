// @ts-check
/** What a PostgreSQL type means for the page: how its values line up and which input takes them. Pure. */

const numeric = /^(smallint|integer|bigint|numeric|decimal|real|double precision|money|oid|xid8?|int[248]|float[48])\b(?!.*\[\])/;
const whole = /^(smallint|integer|bigint|oid|int[248])$/;

/** The narrowest and widest a column begins with, in characters. */
const NARROWEST = 5;
const WIDEST = 36;
/** Room for the cell's own margins, in characters. */
const MARGIN = 3;

/** Whether values are numbers, shown right-aligned. @param {string} type */
export function isNumeric(type) {
  return numeric.test(type);
}

/**
 * The input that fits a type.
 * @param {string} type
 * @returns {{ type: string, step?: string }} `type` is an <input>'s, or "boolean"
 */
export function inputFor(type) {
  if (type === "boolean" || type === "bool") return { type: "boolean" };
  if (whole.test(type)) return { type: "number", step: "1" };
  if (isNumeric(type) && type !== "money") return { type: "number", step: "any" };
  if (type === "date") return { type: "date" };
  // A moment without its zone is one of the zone that values are shown in.
  if (/^timestamp(\(\d\))?( with.*)?$/.test(type)) return { type: "datetime-local", step: "1" };
  if (/^time(\(\d\))?( without.*)?$/.test(type)) return { type: "time", step: "1" };
  return { type: "text" };
}

/** Whether an empty field is a value of the type, not the lack of one. @param {string} type */
export function takesEmpty(type) {
  return /^(text|character varying|varchar|citext)/.test(type) && !type.endsWith("[]");
}

/**
 * How wide each column begins, in characters: its heading and the rows at hand decide.
 * @param {Column[]} columns @param {Row[]} rows
 */
export function columnWidths(columns, rows) {
  return columns.map((column, index) => {
    const longest = rows.reduce((most, row) => Math.max(most, textWidth(row[index] ?? "")), 0);
    const heading = Math.max(textWidth(column.label), column.type.length * 0.85);
    return Math.min(WIDEST, Math.max(NARROWEST, heading, longest)) + MARGIN;
  });
}

/** Characters a text takes; East Asian ones and emoji take two. @param {string} text */
function textWidth(text) {
  const seen = text.slice(0, WIDEST);
  const wide = seen.match(/[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uff00-\uff60]/g);
  return seen.length + (wide?.length ?? 0);
}
