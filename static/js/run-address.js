// @ts-check
/** The address of what was asked for before. Pure. */

import { emptyAddress } from "./address.js";

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
