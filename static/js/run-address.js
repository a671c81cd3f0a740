// @ts-check
/** The address of what was asked for before. Pure. */

import { emptyAddress } from "./address.js";
import { columnList } from "./column-list.js";

/** What an earlier run, or an export, was asked for. @param {{ run: string | null, arguments: Record<string, string | null>, query: RunQuery }} record @returns {Address} */
export function runAddress({ run, arguments: given, query }) {
  const address = { ...emptyAddress(), run, where: query.where ?? [] };
  for (const [name, value] of Object.entries(given)) if (value !== null) address.arguments[name] = value;
  address.columns = columnList(query.columns);
  address.order = query.order?.join() ?? null;
  address.search = query.search ?? null;
  address.limit = query.limit?.toString() ?? null;
  address.timezone = query.timezone ?? null;
  return address;
}
