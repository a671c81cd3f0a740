// @ts-check
/** The widths and pins that a reader gave the columns of each report, kept in the browser where it lets us. */

/** @typedef {{ widths: Record<string, number>, pins: string[] }} Kept by the columns' names */

const KEY = "rowstream-columns";
/** Reports that are remembered, and columns of each. */
const REPORTS = 40;
const COLUMNS = 400;
/** The narrowest and widest a column can be (px). */
export const NARROWEST = 40;
export const WIDEST = 2000;

/** @param {string} report @returns {Kept} */
export function recall(report) {
  const kept = new Map(stored()).get(report);
  const widths = Object.entries(kept?.widths ?? {}).filter(([, width]) => typeof width === "number" && width >= NARROWEST && width <= WIDEST);
  const pins = Array.isArray(kept?.pins) ? kept.pins : [];
  // No prototype, so that a column may be called __proto__.
  return { widths: Object.assign(Object.create(null), Object.fromEntries(widths)), pins: pins.map(String) };
}

/** @param {string} report @param {Kept} kept */
export function remember(report, { widths, pins }) {
  const lean = { widths: Object.fromEntries(Object.entries(widths).slice(-COLUMNS)), pins: pins.slice(-COLUMNS) };
  const others = stored().filter(([name]) => name !== report);
  try {
    localStorage.setItem(KEY, JSON.stringify([...others, [report, lean]].slice(-REPORTS)));
  } catch {
    // A full or forbidden storage: what the reader sees is right, only the next visit begins anew.
  }
}

/** The latest last. @returns {[string, any][]} */
function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((each) => Array.isArray(each) && each.length === 2) : [];
  } catch {
    return [];
  }
}
