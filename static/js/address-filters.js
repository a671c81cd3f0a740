// @ts-check
/** What an address asks for beside the arguments, piece by piece. Pure. */

import { single } from "./address.js";

/**
 * What the address asks for beside the arguments.
 * @param {Address} address
 * @returns {{ text: string, without: Address }[]} `without` is the address when that is removed
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
