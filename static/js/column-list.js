// @ts-check
/** The address' list of columns as names, and back: an odd name stands in double quotes. Pure. */

/** @param {string | null} text @returns {string[] | null} */
export function columnNames(text) {
  const found = text?.match(/"(?:[^"\\]|\\.)*"|[^,"]+/g);
  return found?.map((name) => (name.startsWith('"') ? name.slice(1, -1).replace(/\\(.)/gs, "$1") : name)) ?? null;
}

/** @param {string[] | null | undefined} names */
export function columnList(names) {
  return names?.map(quoted).join() ?? null;
}

/** @param {string} name */
function quoted(name) {
  return /^\w+$/.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`;
}
