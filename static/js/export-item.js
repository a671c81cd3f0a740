// @ts-check
/** One export as it is drawn: made once, then changed where it differs, so that the keyboard's place stays. */

import { reportPath } from "./address.js";
import { ago } from "./age.js";
import { find, setText } from "./element.js";
import { askedAgain, exportsPage, formatNames } from "./export-address.js";
import {
  codingWords, endWords, expiryWords, exportWords, fileSize, isExpired, nameWords, percentWords, rowWords, stageWords,
} from "./export-words.js";
import { duration } from "./format.js";
import { drawItemBar, parametersOf, passedSince } from "./item-facts.js";
import { isUnderWay } from "./status.js";

/** @typedef {"cancel" | "again" | "delete" | "copy"} Act */
/** @typedef {import("./item-facts.js").Facts} Facts */

const texts = /** @type {const} */ (["stage", "rows", "percent", "elapsed", "started", "end", "size", "coding", "expiry"]);
const buttons = /** @type {const} */ (["cancel", "again", "delete"]);

export class ExportItem {
  #record;
  /** What was asked of the server and is not answered yet. @type {Act | null} */
  sent = null;
  /** @type {HTMLLIElement} */
  element;

  /** @param {HTMLTemplateElement} template @param {ExportRecord} record @param {(act: Act, item: ExportItem) => void} press */
  constructor(template, record, press) {
    this.#record = record;
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = find(copy, "li", HTMLLIElement);
    this.element.id = record.exportId;
    this.element.addEventListener("click", ({ target }) => {
      const pressed = target instanceof Element ? target.closest("button") : null;
      if (pressed && pressed.getAttribute("aria-disabled") !== "true") press(/** @type {Act} */ (pressed.value), this);
    });
    this.#name();
  }

  get record() {
    return this.#record;
  }

  /** The text to be copied. */
  get digest() {
    return find(this.element, ".digest", HTMLElement);
  }

  /** @param {ExportRecord} record @param {Facts} facts @param {number} time on the page's clock */
  update(record, facts, time) {
    const active = document.activeElement;
    this.#record = record;
    const now = new Date();
    this.element.dataset.status = isExpired(record, now) ? "expired" : record.status;
    this.#texts(facts, time, now);
    drawItemBar((name) => this.#at(name), record, record.progress.percentage, facts);
    this.#file(now);
    this.#buttons();
    // The button under the keyboard must not vanish: the item it belongs to takes the focus.
    if (this.element.contains(active) && active?.closest("[hidden]")) this.element.focus();
  }

  #name() {
    const record = this.#record;
    const title = find(this.element, ".title", HTMLAnchorElement);
    title.textContent = record.title;
    title.href = reportPath(record.report, askedAgain(record).address);
    setText(this.#at("format"), formatNames[record.format]);
    const change = find(this.element, ".change", HTMLAnchorElement);
    change.href = exportsPage(askedAgain(record));
    const named = [change, ...this.element.querySelectorAll("button"), find(this.element, ".download", HTMLElement)];
    for (const each of named) each.setAttribute("aria-label", `${each.textContent?.trim()}: ${nameWords(record)}`);
    this.element.setAttribute("aria-label", nameWords(record));
  }

  /** @param {Facts} facts @param {number} time @param {Date} now */
  #texts(facts, time, now) {
    const record = this.#record;
    const passed = passedSince(record, facts, time);
    const parameters = parametersOf(record, facts);
    const { file } = record;
    /** @type {Record<typeof texts[number], string>} */
    const words = {
      stage: this.sent === "cancel" ? "Cancelling…" : stageWords(record, now),
      rows: rowWords(record),
      percent: percentWords(record),
      elapsed: duration(record.elapsedMs + passed),
      started: `started ${ago(record.createdAt, now)}`,
      end: endWords(record, now),
      size: file ? fileSize(file.size) : "",
      coding: file ? codingWords(file) : "",
      expiry: expiryWords(record, now),
    };
    for (const name of texts) setText(this.#at(name), words[name]);
    setText(this.#at("asked"), exportWords(record, parameters));
  }

  /** @param {Date} now */
  #file(now) {
    const { file, links } = this.#record;
    this.#at("file").hidden = file === null || isExpired(this.#record, now);
    if (file === null) return;
    const download = find(this.element, ".download", HTMLAnchorElement);
    if (download.getAttribute("href") !== links.download) download.href = links.download;
    download.download = file.name;
    setText(this.digest, file.sha256);
  }

  #buttons() {
    const underWay = isUnderWay(this.#record);
    for (const name of buttons) {
      const pressed = find(this.element, `[value=${name}]`, HTMLButtonElement);
      pressed.hidden = (name === "cancel") !== underWay;
      pressed.setAttribute("aria-disabled", String(this.sent === name));
    }
  }

  /** @param {string} name */
  #at(name) {
    return find(this.element, `.${name}`, HTMLElement);
  }
}
