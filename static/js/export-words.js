// @ts-check
/** What an export reads like: its stage, its counts, its file, how it ended. Pure. */

import { askedWords } from "./asked-words.js";
import { askedAgain, formatNames } from "./export-address.js";
import { count, counted, ordinal, percent, rowCount } from "./format.js";
import { isUnderWay } from "./status.js";

const stages = {
  queued: "Waiting in line",
  fetching: "Waiting for the first row",
  processing: "Writing rows",
  "file-generation": "Completing the file",
  finalizing: "Finishing",
};
const ends = { completed: "Completed", failed: "Failed", cancelled: "Cancelled" };

/** @type {Record<string, (value: string) => string>} */
const optionWords = {
  delimiter: (value) => `delimiter ${value === "\t" ? "tab" : value}`,
  quoteChar: (value) => `quote ${value}`,
  header: () => "no header",
  bom: () => "byte order mark",
  spreadsheet_safe: () => "safe for spreadsheets",
};

const units = ["kB", "MB", "GB", "TB"];
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What tells it from others. @param {ExportRecord} record */
export function nameWords({ title, format }) {
  return `${title}, ${formatNames[format]}`;
}

/** @param {ExportRecord} record @param {Date} now */
export function stageWords(record, now) {
  const { status, stage, position } = record;
  if (status === "pending") return position ? `${stages.queued}: ${ordinal(position)}` : stages.queued;
  if (status === "processing") return stages[stage ?? "fetching"];
  return isExpired(record, now) ? "Expired" : ends[status];
}

/** @param {ExportRecord} record */
export function rowWords({ status, progress: { totalRows, processedRows }, totalKind }) {
  if (status === "pending") return "";
  if (status !== "processing") return rowCount(processedRows);
  if (totalRows === null) return `${rowCount(processedRows)}, how many there will be is not known`;
  return `${count(processedRows)} of ${totalKind === "estimate" ? "about " : ""}${rowCount(totalRows)}`;
}

/** @param {ExportRecord} record */
export function percentWords({ status, progress: { percentage } }) {
  return status === "processing" && percentage !== null ? percent(percentage) : "";
}

/** Arguments, filters and options in words. @param {ExportRecord} record @param {{ name: string, label: string }[]} parameters */
export function exportWords(record, parameters) {
  const { address, options } = askedAgain(record);
  return [
    ...askedWords(address, parameters),
    ...Object.entries(options).map(([name, value]) => optionWords[name]?.(value) ?? name),
  ].join(" · ");
}

/** @param {ExportRecord} record @param {Date} now */
export function isExpired({ status, file, expiresAt }, now) {
  if (status !== "completed") return false;
  return file === null || (expiresAt !== null && Date.parse(expiresAt) <= now.getTime());
}

/** @param {ExportRecord} record @param {Date} now */
export function expiryWords({ expiresAt }, now) {
  if (expiresAt === null) return "";
  const left = Date.parse(expiresAt) - now.getTime();
  if (left < MINUTE) return "expires within a minute";
  return `expires in ${left < 2 * HOUR ? counted(Math.floor(left / MINUTE), "minute") : `${count(left / HOUR)} hours`}`;
}

/** The file's compressed forms, of which a browser fetches one and unpacks it. @param {NonNullable<ExportRecord["file"]>} file */
export function codingWords({ codings }) {
  const sizes = Object.entries(codings).map(([name, size]) => `${fileSize(size)} with ${name}`);
  return sizes.length ? `compressed on the way: ${sizes.join(", ")}` : "";
}

/** @param {number} bytes */
export function fileSize(bytes) {
  if (bytes < 1000) return counted(bytes, "byte");
  const power = Math.min(units.length, Math.floor(Math.log10(bytes * 1.00005) / 3));
  return `${tenths.format(bytes / 1000 ** power)} ${units[power - 1]}`;
}

/** Why there is no file, and what can be done. @param {ExportRecord} record @param {Date} now */
export function endWords(record, now) {
  const { status, error } = record;
  if (status === "failed") return [error?.detail ?? "It ended without saying why.", error?.hint].filter(Boolean).join(" ");
  if (status === "cancelled") return "It was cancelled; nothing of it is kept.";
  return isExpired(record, now) ? "Its file has expired and is deleted. Run it again to have a new one." : "";
}

/**
 * What a screen reader is told when the list is new: each end once.
 * @param {ExportRecord[]} before @param {ExportRecord[]} after
 */
export function endings(before, after) {
  const wasUnderWay = new Set(before.filter(isUnderWay).map(({ exportId }) => exportId));
  return after.filter((each) => wasUnderWay.has(each.exportId) && !isUnderWay(each)).map(endingWords);
}

/** @param {ExportRecord} record */
function endingWords(record) {
  const { status, file, progress } = record;
  const what = `${nameWords(record)}: ${status}`;
  if (status === "failed") return `${what}. ${record.error?.detail ?? ""}`;
  return file ? `${what}, ${rowCount(progress.processedRows)}, ${fileSize(file.size)}` : what;
}

/** How far it all is, for the tab's title and those who listen. @param {ExportRecord[]} exports */
export function progressWords(exports) {
  const underWay = exports.filter(isUnderWay);
  const [first] = underWay;
  if (underWay.length !== 1 || !first) return underWay.length ? `${underWay.length} in progress` : "";
  const { percentage } = first.progress;
  return percentage === null ? "1 in progress" : `${Math.floor(percentage)} %`;
}
