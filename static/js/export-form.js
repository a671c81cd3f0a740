// @ts-check
/** The form that asks for an export: which report, with what, in which format. */

import { emptyAddress } from "./address.js";
import { askReport } from "./api.js";
import { element, find } from "./element.js";
import { isFormat, unusual } from "./export-address.js";
import { filterChips } from "./filter-chips.js";
import { formArguments, parameterFields } from "./parameter-form.js";
import { problemFrom } from "./problem.js";

export class ExportForm {
  #form;
  #tell;
  #report;
  #format;
  #delimiter;
  #csv;
  #start;
  /** What the fields were filled from; its arguments and filters are of the report that is chosen. @type {Asked} */
  #asked;
  /** @type {Parameter[] | null} null until the server has told them */
  #parameters = null;

  /**
   * @param {HTMLFormElement} form @param {Asked} asked
   * @param {{ start: (asked: Asked) => void, changed: (asked: Asked) => void, refused: (problem: Problem | null) => void }} tell
   */
  constructor(form, asked, tell) {
    this.#form = form;
    this.#asked = asked;
    this.#tell = tell;
    this.#report = find(form, "[name=report]", HTMLSelectElement);
    this.#format = find(form, "[name=format]", HTMLSelectElement);
    this.#delimiter = find(form, "[name=delimiter]", HTMLSelectElement);
    this.#csv = find(form, "#csv", HTMLFieldSetElement);
    this.#start = find(form, "#start", HTMLButtonElement);
    form.addEventListener("submit", (event) => this.#submit(event));
    form.addEventListener("change", ({ target }) => this.#changed(target));
    this.#fill();
  }

  /** Fills the list of reports, with the one that is asked for chosen. @param {ReportRecord[]} reports */
  offer(reports) {
    const names = new Set(reports.map(({ name }) => name));
    const asked = this.#asked.report;
    const choices = reports.map(({ name, title }) => element("option", { value: name }, title));
    const none = element("option", { value: "" }, "Choose a report");
    const unknown = names.has(asked) || asked === "" ? [] : [element("option", { value: asked }, asked)];
    this.#report.replaceChildren(none, ...unknown, ...choices);
    this.#report.value = asked;
  }

  /** Asks for the report's parameters and makes their fields. */
  async describe() {
    const { report } = this.#asked;
    this.#parameters = null;
    this.#showFields();
    if (report === "") return;
    try {
      const { parameters } = await askReport(report);
      if (report !== this.#asked.report) return;
      this.#parameters = parameters;
      this.#showFields();
    } catch (error) {
      if (report === this.#asked.report) this.#tell.refused(problemFrom(error));
    }
  }

  /** What the form asks for now. @returns {Asked} */
  asked() {
    const { report, address } = this.#asked;
    const given = this.#parameters ? formArguments(this.#parameters, find(this.#form, "#fields", HTMLElement)) : address.arguments;
    const format = isFormat(this.#format.value) ? this.#format.value : "csv";
    return { report, format, options: unusual(this.#options()), address: { ...address, arguments: given } };
  }

  /** Whether a start is under way. @param {boolean} busy */
  set busy(busy) {
    this.#start.setAttribute("aria-disabled", String(busy));
  }

  /**
   * Says what is wrong with a field beside it.
   * @param {Problem} problem @returns {boolean} whether it names one of the fields
   */
  complain(problem) {
    this.#forgive();
    const name = problem.code === "invalid_argument" && /(?:^|parameter )'(\w+)'/.exec(problem.detail)?.[1];
    const field = name ? this.#form.querySelector(`[name="${name}"]`) : null;
    if (!(field instanceof HTMLElement)) return false;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", "wrong");
    field.closest(".field")?.after(element("p", { id: "wrong", class: "wrong" }, problem.detail));
    field.focus();
    return true;
  }

  #forgive() {
    this.#form.querySelector("#wrong")?.remove();
    for (const field of this.#form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    if (this.#start.getAttribute("aria-disabled") === "true") return;
    this.#forgive();
    this.#tell.start(this.asked());
  }

  /** @param {EventTarget | null} target */
  #changed(target) {
    if (target === this.#report) {
      this.#asked = { ...this.#asked, report: this.#report.value, address: emptyAddress() };
      this.#tell.refused(null);
      this.describe();
    }
    this.#showOptions();
    this.#tell.changed(this.asked());
  }

  #fill() {
    const { format, options } = this.#asked;
    const { delimiter } = options;
    this.#format.value = format;
    this.#showOptions();
    if (delimiter) {
      this.#delimiter.value = delimiter;
      if (this.#delimiter.value === "") this.#delimiter.append(element("option", { value: delimiter, selected: true }, delimiter));
    }
    for (const [name, value] of Object.entries(options)) this.#fillOption(name, value);
  }

  // Disabled as well: a hidden field that is not valid would keep the form from being sent.
  #showOptions() {
    this.#csv.hidden = this.#csv.disabled = this.#format.value !== "csv";
  }

  /** @param {string} name @param {string} value */
  #fillOption(name, value) {
    const field = this.#csv.querySelector(`input[name=${name}]`);
    if (!(field instanceof HTMLInputElement)) return;
    if (field.type === "checkbox") field.checked = /^(true|yes|1)$/i.test(value);
    else field.value = value;
  }

  #options() {
    const fields = [...this.#csv.querySelectorAll("input")];
    const given = fields.map(({ name, type, checked, value }) => [name, type === "checkbox" ? String(checked) : value]);
    return [["delimiter", this.#delimiter.value], ...given];
  }

  #showFields() {
    const { address } = this.#asked;
    find(this.#form, "#fields", HTMLElement).replaceChildren(...parameterFields(this.#parameters ?? [], address.arguments));
    find(this.#form, "#filters", HTMLElement).replaceChildren(...filterChips(address, (without) => this.#without(without)));
  }

  /** @param {Address} address */
  #without(address) {
    this.#asked = { ...this.#asked, address: { ...address, arguments: this.asked().address.arguments } };
    this.#showFields();
    this.#tell.changed(this.asked());
  }
}
