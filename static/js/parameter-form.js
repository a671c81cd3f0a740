// @ts-check
/** The form that a report's parameters make, and the arguments that a filled form means. */

import { element } from "./element.js";
import { inputFor, takesEmpty } from "./input-type.js";

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

/**
 * The fields, filled from the address and else from the defaults; a reset leads to the defaults.
 * @param {Parameter[]} parameters @param {Record<string, string>} given
 */
export function parameterFields(parameters, given) {
  return parameters.map((parameter, index) => {
    const { name, label, type, required, options } = parameter;
    const field = makeField(parameter, given[name] ?? parameter.default ?? "");
    field.name = name;
    field.id = `argument-${index}`;
    field.required = required && (!takesEmpty(type) || options?.every(({ value }) => value !== "") === true);
    const words = element("label", { for: field.id, title: `${label}: ${type}` }, label);
    return element("div", { class: "field" }, element("span", { class: "label" }, words, element("small", {}, type)), field);
  });
}

/** The fields in the order of the parameters. Never asked of the form itself: a parameter may be called `elements`. @param {ParentNode} box @returns {Field[]} */
export function fieldsIn(box) {
  return Array.from(/** @type {NodeListOf<Field>} */ (box.querySelectorAll(".field > [name]")));
}

/**
 * What the fields say. An empty field that cannot be a value is left out, which means the default.
 * @param {Parameter[]} parameters @param {ParentNode} box
 */
export function formArguments(parameters, box) {
  const given = /** @type {Record<string, string>} */ (Object.create(null));
  const values = fieldsIn(box).map(({ value }) => value);
  parameters.forEach(({ name, type, default: preset, required }, index) => {
    const value = values[index] ?? "";
    if (value !== "" || (takesEmpty(type) && (preset !== null || required))) given[name] = value;
  });
  return given;
}

/** @param {Parameter} parameter @param {string} value @returns {Field} */
function makeField(parameter, value) {
  const { options, default: preset } = parameter;
  const { type, step = null } = inputFor(parameter.type);
  if (options) return select(options, value, parameter);
  if (type === "boolean") return select(booleans, truth[value] ?? value, { ...parameter, default: preset && (truth[preset] ?? preset) });
  if (value.includes("\n")) return element("textarea", { rows: 2 }, value);
  const field = element("input", { type, step, value: preset, placeholder: preset });
  field.value = value;
  // "infinity" is a date to PostgreSQL and nothing to a date picker; a time may have fractions.
  if (field.value === "" && value !== "") field.type = "text";
  if (field.validity.stepMismatch) field.step = "any";
  field.value = value;
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
  const { required } = parameter;
  const preset = parameter.default ?? "";
  const missing = new Set([preset, value]);
  for (const option of options) missing.delete(option.value);
  if (required && value !== "") missing.delete("");
  const none = required ? "choose" : parameter.default === null ? "not set" : "–";
  const extra = [...missing].map((other) => ({ value: other, label: other || none }));
  const choices = [...extra, ...options].map((option) =>
    element("option", { value: option.value, selected: option.value === preset }, option.label),
  );
  const made = element("select", {}, ...choices);
  made.value = value;
  return made;
}
