// @ts-check
/** The page's address is its state: arguments, filters and the run, read from and written to the query string. Pure. */

/** What an address names once at most. */
export const single = /** @type {const} */ (["columns", "order", "search", "limit", "timezone", "run"]);

/** @param {string} search the query string, with or without "?" @returns {Address} */
export function readAddress(search) {
  const query = new URLSearchParams(search);
  const address = emptyAddress();
  address.where = query.getAll("where");
  for (const name of single) address[name] = query.get(name);
  for (const [name, value] of query) {
    if (!isReserved(name)) address.arguments[name] = value;
  }
  return address;
}

/** @returns {Address} */
export function emptyAddress() {
  // No prototype, so that a parameter may be called __proto__.
  const given = /** @type {Record<string, string>} */ (Object.create(null));
  return {
    arguments: given,
    columns: null,
    where: [],
    order: null,
    search: null,
    limit: null,
    timezone: null,
    run: null,
  };
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
