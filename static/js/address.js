// @ts-check
/** The page's address is its state: arguments, filters and the run, read from and written to the query string. Pure. */

const single = /** @type {const} */ (["columns", "order", "search", "limit", "timezone", "run"]);

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

/** What an earlier run, or an export, was asked for. @param {{ run: string | null, arguments: Record<string, string | null>, query: RunQuery }} record @returns {Address} */
export function runAddress({ run, arguments: given, query }) {
  const address = { ...emptyAddress(), run, where: query.where ?? [] };
  for (const [name, value] of Object.entries(given)) if (value !== null) address.arguments[name] = value;
  address.columns = query.columns?.map(quoted).join() ?? null;
  address.order = query.order?.join() ?? null;
  address.search = query.search ?? null;
  address.limit = query.limit?.toString() ?? null;
  address.timezone = query.timezone ?? null;
  return address;
}

/** @param {string} name a column's @returns {string} in double quotes where it is an odd one */
function quoted(name) {
  return /^\w+$/.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`;
}

/** The report's name in the path `/reports/{report}`. @param {string} pathname */
export function reportName(pathname) {
  return decodeURIComponent(pathname.replace(/^\/reports\//, "").replace(/\/$/, ""));
}

/**
 * What the address asks for beside the arguments, one chip each.
 * @param {Address} address
 * @returns {{ text: string, without: Address }[]} `without` is the address when the chip is removed
 */
export function filters(address) {
  const shown = [];
  for (const name of single) {
    if (name === "run" || address[name] === null) continue;
    shown.push({ text: `${name} ${address[name]}`, without: { ...address, [name]: null } });
  }
  for (const term of address.where) {
    const where = address.where.filter((other) => other !== term);
    shown.push({ text: `where ${term}`, without: { ...address, where } });
  }
  return shown;
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
