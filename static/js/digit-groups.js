// @ts-check
/** Where a number's digits are set apart, so that it can be read at a glance. Pure. */

const LONG = /^(-?\d{5,})(\.\d+)?$/;
const GROUP = /-?\d{1,3}(?=(?:\d{3})*$)/g;

/** The parts of a number that stand apart, "1234567.89" as 1 234 567.89; together they are the text. @param {string} text @returns {string[]} */
export function digitGroups(text) {
  const [, whole, fraction = ""] = LONG.exec(text) ?? [];
  const groups = whole?.match(GROUP);
  return groups ? [...groups.slice(0, -1), `${groups.at(-1)}${fraction}`] : [text];
}
