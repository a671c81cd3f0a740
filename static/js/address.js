// @ts-check
/** The page's address is its state: arguments, filters and the run, read from and written to the query string. Pure. */

/** What an address names once at most. */
export const single = /** @type {const} */ (["columns", "order", "search", "limit", "timezone", "run"]);

/** @param {string} search the query string, with or without "?" @returns {Address} */
export function readAddress(search) {
  const query = new URLSearchParams(search);
  // What is empty is not asked for.
  const named = /** @type {Record<typeof single[number], string | null>} */ (Object.fromEntries(single.map((name) => [name, query.get(name) || null])));
  const given = [...query].filter(([name]) => !isReserved(name));
  // No prototype, so that a parameter may be called __proto__.
  return { ...named, where: query.getAll("where"), arguments: Object.assign(Object.create(null), Object.fromEntries(given)) };
}

/** @returns {Address} */
export function emptyAddress() {
  return readAddress("");
}

/** @param {Address} address @returns {string} empty, or beginning with "?" */
export function writeAddress(address) {
  const query = new URLSearchParams(Object.entries(address.arguments));
  for (const term of address.where) query.append("where", term);
  for (const name of single) {
    const value = address[name];
    if (value !== null) query.append(name, value);
  }
  const text = query.toString();
  return text && `?${text}`;
}

/** @param {string} report @param {Address} address */
export function reportPath(report, address = emptyAddress()) {
  return `/reports/${encodeURIComponent(report)}${writeAddress(address)}`;
}

/** The report's name in the path `/reports/{report}`. @param {string} pathname */
export function reportName(pathname) {
  return decodeURIComponent(pathname.replace(/^\/reports\//, "").replace(/\/$/, ""));
}

/**
 * The query string that starts the run again: everything but the run itself.
 * @param {Address} address
 */
export function startQuery(address) {
  return writeAddress({ ...address, run: null });
}

/** @param {string} name */
function isReserved(name) {
  return name === "where" || single.some((reserved) => reserved === name);
}
