// @ts-check
/** One row as text for the clipboard: two lines for a spreadsheet, or a JSON object. Pure. */

import { tabLine } from "./clipboard-text.js";

const NUMBERS = /^(smallint|integer|bigint|real|double precision|numeric)(\(.*\))?$/;
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

/** The names over the values. @param {Column[]} columns @param {Row} row */
export function recordTsv(columns, row) {
  return [columns.map(({ name }) => name), row].map(tabLine).join("\n");
}

/**
 * An object by the rule of the JSON downloads: numbers digit for digit, booleans and JSON as themselves,
 * all else as printed.
 * @param {Column[]} columns @param {Row} row
 */
export function recordJson(columns, row) {
  const keys = distinctNames(columns.map(({ name }) => name));
  const members = columns.map(({ type }, at) => `  ${JSON.stringify(keys[at])}: ${jsonValue(row[at] ?? null, type)}`);
  return members.length ? `{\n${members.join(",\n")}\n}` : "{}";
}

/** @param {string | null} value @param {string} type */
function jsonValue(value, type) {
  if (value === null) return "null";
  if (type === "json" || type === "jsonb") return value;
  if (type === "boolean") return String(value === "t");
  return NUMBERS.test(type) && JSON_NUMBER.test(value) ? value : JSON.stringify(value);
}

/** A repeated name gets `_2`, `_3`, past any that are taken. @param {string[]} names */
function distinctNames(names) {
  const taken = new Set(names);
  const given = new Set();
  return names.map((name) => {
    let key = name;
    for (let number = 2; given.has(key) || (key !== name && taken.has(key)); number += 1) key = `${name}_${number}`;
    given.add(key);
    return key;
  });
}
