// @ts-check
/** What a PostgreSQL type means for a field of the form: which input takes its values. Pure. */

import { isNumeric } from "./column-type.js";

const whole = /^(smallint|integer|bigint|oid|int[248])$/;

/**
 * The input that fits a type.
 * @param {string} type
 * @returns {{ type: string, step?: string }} `type` is an <input>'s, or "boolean"
 */
export function inputFor(type) {
  if (type === "boolean" || type === "bool") return { type: "boolean" };
  if (whole.test(type)) return { type: "number", step: "1" };
  if (isNumeric(type) && type !== "money") return { type: "number", step: "any" };
  if (type === "date") return { type: "date" };
  // A moment without its zone is one of the zone that values are shown in.
  if (/^timestamp(\(\d\))?( with.*)?$/.test(type)) return { type: "datetime-local", step: "1" };
  if (/^time(\(\d\))?( without.*)?$/.test(type)) return { type: "time", step: "1" };
  return { type: "text" };
}

/** Whether an empty field is a value of the type, not the lack of one. @param {string} type */
export function takesEmpty(type) {
  return /^(text|character varying|varchar|citext)/.test(type) && !type.endsWith("[]");
}
