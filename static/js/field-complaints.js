// @ts-check
/** Says beside each field of the form what is wrong with it, as long as it is. */

import { element } from "./element.js";

/** @typedef {import("./parameter-form.js").Field} Field */

/** What each kind of field takes. @type {Record<string, string>} */
const kinds = {
  number: "a number",
  date: "a date",
  "datetime-local": "a date with a time of day",
  time: "a time of day",
};

/** Complains about the fields, the first of which takes the focus. @param {Field[]} fields @param {string} [sentence] the server's, else the browser's finding is put into words */
export function complain(fields, sentence) {
  for (const field of fields) complainAbout(field, sentence ?? finding(field));
  fields[0]?.focus();
}

/** @param {Field} field */
function finding(field) {
  const { validity, type } = field;
  if (validity.valueMissing && !validity.badInput) return type === "select-one" ? "The report needs one of these." : "The report needs a value here.";
  return `This has to be ${type === "number" && field.getAttribute("step") === "1" ? "a whole number" : kinds[type] ?? "another value"}.`;
}

/** @param {Field} field @param {string} sentence */
function complainAbout(field, sentence) {
  field.closest(".field")?.querySelector(".wrong")?.remove();
  const words = element("p", { id: `wrong-${field.id}`, class: "wrong" }, sentence);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", words.id);
  field.closest(".field")?.append(words);
  const forgive = () => {
    words.remove();
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    for (const name of ["input", "submit", "reset"]) document.removeEventListener(name, again, true);
  };
  /** @param {Event} event */
  const again = ({ type, target }) => {
    if (type !== "input" || target === field) forgive();
  };
  // At the document: a parameter may have the name of anything that a form can do.
  for (const name of ["input", "submit", "reset"]) document.addEventListener(name, again, true);
}
