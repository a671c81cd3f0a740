// @ts-check
/** What a run or an export was asked for, in short. Pure. */

import { filters } from "./address-filters.js";

/** Arguments by their labels, then filters; empty arguments are not said. @param {Address} address @param {{ name: string, label: string }[]} parameters */
export function askedWords(address, parameters) {
  const labels = new Map(parameters.map(({ name, label }) => [name, label]));
  const given = Object.entries(address.arguments).filter(([, value]) => value !== "");
  return [
    ...given.map(([name, value]) => `${labels.get(name) ?? name}: ${value}`),
    ...filters(address).map(({ text }) => text),
  ];
}
