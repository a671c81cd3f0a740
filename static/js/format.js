// @ts-check
/** Numbers, times and counts as the page writes them. Pure. */

const integers = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const ordinals = new Intl.PluralRules("en", { type: "ordinal" });
/** @type {Record<string, string>} */
const endings = { one: "st", two: "nd", few: "rd", other: "th" };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** @param {number} number */
export function count(number) {
  return integers.format(number);
}

/** @param {number} number @param {string} noun */
export function counted(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** @param {number} rows */
export function rowCount(rows) {
  return counted(rows, "row");
}

/** What a cancelled run leaves. @param {number} rows so far */
export function keptSoFar(rows) {
  return `${rowCount(rows)} so far ${rows === 1 ? "is" : "are"} kept and can still be downloaded.`;
}

/** @param {number} percentage */
export function percent(percentage) {
  return `${percentage === 100 ? "100" : tenths.format(percentage)} %`;
}

/** @param {number} number */
export function ordinal(number) {
  return `${count(number)}${endings[ordinals.select(number)]}`;
}

/** Two significant parts at most: "0.8 s", "2 min 05 s", "1 h 04 min". @param {number} milliseconds */
export function duration(milliseconds) {
  if (milliseconds < MINUTE) return `${tenths.format(Math.floor(milliseconds / 100) / 10)} s`;
  if (milliseconds < HOUR) return parts(milliseconds / SECOND, "min", "s");
  return parts(milliseconds / MINUTE, "h", "min");
}

/** @param {number} small @param {string} bigUnit @param {string} smallUnit */
function parts(small, bigUnit, smallUnit) {
  const whole = Math.floor(small);
  const rest = String(whole % 60).padStart(2, "0");
  return `${Math.floor(whole / 60)} ${bigUnit} ${rest} ${smallUnit}`;
}

/** Whole seconds, rounded up, so that a countdown ends when it shows 0. @param {number} milliseconds */
export function secondsLeft(milliseconds) {
  return Math.max(0, Math.ceil(milliseconds / SECOND));
}
