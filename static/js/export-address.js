// @ts-check
/** What an export is asked for, as the page's own address and as the address that starts it. Pure. */

import { readAddress, startQuery } from "./address.js";
import { runAddress } from "./run-address.js";

export const formatNames = { csv: "CSV", json: "JSON", ndjson: "NDJSON", xlsx: "XLSX", parquet: "Parquet" };

/** How CSV is written where nothing else is asked for: as psql does. @type {Record<string, string>} */
const csvDefaults = { delimiter: ",", quoteChar: '"', header: "true", bom: "false", spreadsheet_safe: "false" };

/** @param {string} name @returns {name is ExportFormat} */
export function isFormat(name) {
  return Object.hasOwn(formatNames, name);
}

/** @param {string} search the query string of the exports page @returns {Asked} */
export function readAsked(search) {
  const address = { ...readAddress(search), run: null };
  const { report = "", format = "" } = address.arguments;
  const given = Object.entries(address.arguments);
  for (const name of ["report", "format", ...Object.keys(csvDefaults)]) delete address.arguments[name];
  return { report, format: isFormat(format) ? format : "csv", options: unusual(given), address };
}

/** What to ask for to have the same again. @param {ExportRecord} record @returns {Asked} */
export function askedAgain({ report, format, options, arguments: given, query }) {
  const texts = Object.entries(options).map(([name, value]) => [name, String(value)]);
  return { report, format, options: unusual(texts), address: runAddress({ run: null, arguments: given, query }) };
}

/** The page with its form filled. @param {Asked} asked */
export function exportsPage(asked) {
  return `/exports?${query(asked, { report: asked.report, format: asked.format })}`;
}

/** The address that starts it. @param {Asked} asked */
export function exportPath(asked) {
  return `/exports/${asked.format}?${query(asked, { report: asked.report })}`;
}

/** @param {Asked} asked @param {Record<string, string>} first */
function query({ format, options, address }, first) {
  const all = new URLSearchParams({ ...first, ...(format === "csv" ? options : {}) });
  return [all.toString(), startQuery(address).slice(1)].filter(Boolean).join("&");
}

/** CSV's options that differ from the defaults. @param {string[][]} given @returns {Record<string, string>} */
export function unusual(given) {
  return Object.fromEntries(given.filter(([name, value]) => Object.hasOwn(csvDefaults, name) && csvDefaults[name] !== value));
}
