// @ts-check
/** The form of a report that has parameters: filled from the address, checked before it is sent, and with the arguments of last time at hand. */

import { complain } from "./field-complaints.js";
import { lastArguments, rememberArguments } from "./last-arguments.js";
import { fieldsIn, formArguments, parameterFields } from "./parameter-form.js";

export class ReportForm {
  #report;
  #box;
  #last;

  /** @param {ReportRecord} report @param {HTMLElement} box for the fields @param {HTMLElement} last the button that fills in what was asked the last time */
  constructor(report, box, last) {
    this.#report = report;
    this.#box = box;
    this.#last = last;
  }

  /** @param {Record<string, string>} given */
  fill(given) {
    const { name, parameters } = this.#report;
    this.#box.replaceChildren(...parameterFields(parameters, given));
    const last = Object.keys(given).length ? null : lastArguments(name, this.arguments);
    this.#last.hidden = last === null;
    this.#last.onclick = () => {
      if (last) this.fill(last);
      fieldsIn(this.#box)[0]?.focus();
    };
  }

  get arguments() {
    return formArguments(this.#report.parameters, this.#box);
  }

  /** Whether it can be sent; if not, what is wrong is said beside its fields. */
  isReady() {
    const wrong = fieldsIn(this.#box).filter(({ validity }) => !validity.valid);
    complain(wrong);
    return wrong.length === 0;
  }

  /** Keeps the arguments for the next time. */
  remember() {
    rememberArguments(this.#report.name, this.arguments);
    this.#last.hidden = true;
  }
}
