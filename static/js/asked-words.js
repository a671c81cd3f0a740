// @ts-check
/** What a run or an export was asked for, in short. Pure. */

import { filters } from "./address-filters.js";

/** Arguments by their labels, in the form's order, then filters; empty arguments are not said. @param {Address} address @param {{ name: string, label: string }[]} parameters */
export function askedWords(address, parameters) {
  const labels = new Map(parameters.map(({ name, label }) => [name, label]));
  const names = new Set([...labels.keys(), ...Object.keys(address.arguments)]);
  return [
    ...[...names].filter((name) => address.arguments[name]).map((name) => `${labels.get(name) ?? name}: ${address.arguments[name]}`),
    ...filters(address).map(({ text }) => text),
  ];
}
