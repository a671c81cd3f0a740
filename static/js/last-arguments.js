// @ts-check
/** The arguments that a report was last run with in this browser. A storage that is full, forbidden or garbled is no storage. */

/** Characters that are remembered of one report's arguments. */
const MOST = 4000;

/** @param {string} report */
const key = (report) => `arguments of ${report}`;

/** @param {string} report @param {Record<string, string>} given @param {Pick<Storage, "setItem" | "removeItem">} [storage] */
export function rememberArguments(report, given, storage) {
  try {
    const text = JSON.stringify(Object.entries(given));
    const kept = storage ?? localStorage;
    if (text.length > 2 && text.length <= MOST) kept.setItem(key(report), text);
    else kept.removeItem(key(report));
  } catch {
    // Then they are not offered the next time.
  }
}

/** Null also where they are the current ones. @param {string} report @param {Record<string, string>} current @param {Pick<Storage, "getItem">} [storage] @returns {Record<string, string> | null} */
export function lastArguments(report, current, storage) {
  try {
    const text = (storage ?? localStorage).getItem(key(report)) ?? "null";
    if (text === JSON.stringify(Object.entries(current))) return null;
    // No prototype, so that a parameter may be called __proto__.
    const given = Object.create(null);
    for (const [name, value] of JSON.parse(text)) given[name] = String(value);
    return given;
  } catch {
    return null;
  }
}
