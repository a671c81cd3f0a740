// @ts-check
/** One of my runs as it is drawn: made once, then changed where it differs, so that the keyboard's place stays. */

import { reportPath } from "./address.js";
import { ago } from "./age.js";
import { rowsPath } from "./api.js";
import { askedWords } from "./asked-words.js";
import { find, setText } from "./element.js";
import { duration } from "./format.js";
import { drawItemBar, parametersOf, passedSince } from "./item-facts.js";
import { runAddress } from "./run-address.js";
import { endWords, hasRows, isExpired, keptWords, percentWords, rowWords, stageWords } from "./run-item-words.js";
import { isUnderWay } from "./status.js";

/** @typedef {import("./item-facts.js").Facts} Facts */

const formats = /** @type {const} */ (["csv", "json", "ndjson"]);

export class RunItem {
  #record;
  /** Whether its cancellation was asked for and is not answered yet. */
  cancelling = false;
  /** @type {HTMLLIElement} */
  element;

  /** @param {HTMLTemplateElement} template @param {RunRecord} record @param {(item: RunItem) => void} cancel */
  constructor(template, record, cancel) {
    this.#record = record;
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = find(copy, "li", HTMLLIElement);
    this.#find("cancel", HTMLButtonElement).addEventListener("click", () => this.cancelling || cancel(this));
    this.#name();
  }

  get record() {
    return this.#record;
  }

  /** @param {RunRecord} record @param {Facts} facts @param {number} time on the page's clock */
  update(record, facts, time) {
    const active = document.activeElement;
    this.#record = record;
    const now = new Date();
    this.element.dataset.status = isExpired(record, now) ? "expired" : record.status;
    this.#texts(facts, time, now);
    drawItemBar((name) => this.#at(name), record, record.progress, facts);
    this.#ways(now);
    // What is under the keyboard must not vanish: the item it belongs to takes the focus.
    if (this.element.contains(active) && active?.closest("[hidden]")) this.element.focus();
  }

  /** Addresses and names that never change. */
  #name() {
    const { run, report, title } = this.#record;
    const address = runAddress(this.#record);
    const open = reportPath(report, address);
    const links = { title: open, open, again: reportPath(report, { ...address, run: null }) };
    for (const [name, href] of Object.entries(links)) this.#find(name, HTMLAnchorElement).href = href;
    for (const format of formats) this.#find(format, HTMLAnchorElement).href = rowsPath(run, format);
    setText(this.#at("title"), title);
    this.element.setAttribute("aria-label", title);
    for (const name of ["open", "again", "cancel", ...formats]) this.#at(name).setAttribute("aria-label", `${this.#at(name).textContent}: ${title}`);
  }

  /** @param {Facts} facts @param {number} time @param {Date} now */
  #texts(facts, time, now) {
    const record = this.#record;
    const passed = passedSince(record, facts, time);
    const parameters = parametersOf(record, facts);
    const words = {
      asked: askedWords(runAddress(record), parameters).join(" · "),
      stage: this.cancelling ? "Cancelling…" : stageWords(record, now),
      rows: rowWords(record),
      percent: percentWords(record),
      elapsed: duration(record.elapsed_ms + passed),
      started: `started ${ago(record.created_at, now)}`,
      kept: keptWords(record, now),
      end: endWords(record, now),
    };
    for (const [name, text] of Object.entries(words)) setText(this.#at(name), text);
  }

  /** @param {Date} now */
  #ways(now) {
    const underWay = isUnderWay(this.#record);
    this.#at("open").hidden = isExpired(this.#record, now);
    this.#at("again").hidden = underWay;
    this.#at("cancel").hidden = !underWay;
    this.#at("cancel").setAttribute("aria-disabled", String(this.cancelling));
    this.#at("downloads").hidden = !hasRows(this.#record, now);
  }

  /** @param {string} name */
  #at(name) {
    return this.#find(name, HTMLElement);
  }

  /** @template {Element} Kind @param {string} name @param {new (...never: never[]) => Kind} kind */
  #find(name, kind) {
    return find(this.element, `.${name}`, kind);
  }
}
