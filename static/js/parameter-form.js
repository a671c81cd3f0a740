// @ts-check
/** The form that a report's parameters make, and the arguments that a filled form means. */

import { inputFor, takesEmpty } from "./column-type.js";
import { element } from "./element.js";

/** @typedef {HTMLInputElement | HTMLSelectElement} Field */

/**
 * The fields, filled from the address and else from the defaults.
 * @param {Parameter[]} parameters @param {Record<string, string>} given
 */
export function parameterFields(parameters, given) {
  return parameters.map((parameter) => {
    const field = makeField(parameter, given[parameter.name] ?? parameter.default ?? "");
    field.name = parameter.name;
    field.required = parameter.required && !takesEmpty(parameter.type);
    return element("label", { class: "field" }, labelText(parameter), field);
  });
}

/**
 * What the form says. An empty field that cannot be a value is left out, which means the default.
 * @param {Parameter[]} parameters @param {HTMLFormElement} form
 */
export function formArguments(parameters, form) {
  const given = /** @type {Record<string, string>} */ (Object.create(null));
  const filled = new FormData(form);
  for (const { name, type, default: preset, required } of parameters) {
    const value = String(filled.get(name) ?? "");
    const empty = takesEmpty(type) && (preset !== null || required);
    if (value !== "" || empty) given[name] = value;
  }
  return given;
}

/** @param {Parameter} parameter */
function labelText({ label, type, required }) {
  const mark = required ? ", required" : "";
  return element("span", { class: "label", title: `${type}${mark}` }, label, element("small", {}, type));
}

/** @param {Parameter} parameter @param {string} value @returns {Field} */
function makeField(parameter, value) {
  if (parameter.options) return select(parameter.options, value, parameter);
  const { type, step } = inputFor(parameter.type);
  if (type === "boolean") return select(booleans, truth[value] ?? value, parameter);
  const field = element("input", { type, step: step ?? null, placeholder: parameter.default, autocomplete: "off" });
  field.value = value;
  // "infinity" is a date to PostgreSQL and nothing to a date picker.
  if (field.value === "" && value !== "") {
    field.type = "text";
    field.value = value;
  }
  return field;
}

const booleans = [
  { value: "true", label: "yes" },
  { value: "false", label: "no" },
];
/** @type {Record<string, string>} */
const truth = { t: "true", f: "false", on: "true", off: "false" };

/** @param {Option[]} options @param {string} value @param {Parameter} parameter */
function select(options, value, parameter) {
  const values = new Set(options.map((option) => option.value));
  const missing = new Set([parameter.default ?? (parameter.required ? value : ""), value]);
  const extra = [...missing].filter((other) => !values.has(other));
  const all = [...extra.map((other) => ({ value: other, label: other || "–" })), ...options];
  const made = element("select", {}, ...all.map((option) => element("option", { value: option.value }, option.label)));
  made.value = value;
  return made;
}
