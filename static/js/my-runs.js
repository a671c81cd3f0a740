// @ts-check
/** The section "My runs" of the catalog page: what is kept of mine, how far it is, and what can be done with it. */

import { Announcer } from "./announcer.js";
import { cancelRun, listRuns } from "./api.js";
import { find, setText } from "./element.js";
import { counted, keptSoFar, secondsLeft } from "./format.js";
import { ItemList } from "./item-list.js";
import { ListWatch } from "./list-watch.js";
import { problemFrom } from "./problem.js";
import { RunItem } from "./run-item.js";
import { emptyWords, endings } from "./run-item-words.js";
import { isUnderWay } from "./status.js";

/** Runs shown until all are asked for. */
const LATEST = 8;
/** How often clocks on the page are drawn anew (ms). */
const TICK = 1000;

export class MyRuns {
  /** null until the server has told them. @type {RunRecord[] | null} */
  #runs = null;
  /** When the list was new, on the page's clock. */
  #at = 0;
  /** Why the list may be old. @type {{ problem: Problem, retryAt: number | null } | null} */
  #lost = null;
  /** The run that could not be cancelled, and why. @type {{ item: RunItem, problem: Problem } | null} */
  #refused = null;
  /** What the dialog asks about. @type {RunItem | null} */
  #asking = null;
  #all = false;
  /** Their parameters have the labels. @type {ReportRecord[]} */
  #reports = [];

  #line = find(document, "#runs-line", HTMLElement);
  #empty = find(document, "#runs-empty", HTMLElement);
  #more = find(document, "#all-runs", HTMLButtonElement);
  #confirm = find(document, "#confirm", HTMLDialogElement);
  #announcer = new Announcer(find(document, "#announcer", HTMLElement));
  #template = find(document, "#run", HTMLTemplateElement);
  #list = new ItemList(
    find(document, "#run-list", HTMLElement),
    (/** @type {RunRecord} */ { run }) => run,
    (record) => new RunItem(this.#template, record, (item) => this.#press(item)),
  );
  #watch = new ListWatch(listRuns, {
    news: (runs) => this.#news(runs),
    lost: (problem, wait) => this.#lose(problem, wait),
  }, { asksUnseen: false });

  open() {
    this.#confirm.addEventListener("close", () => this.#answered());
    this.#more.addEventListener("click", () => this.#showAll());
    find(this.#line, "button", HTMLElement).addEventListener("click", () => this.#retry());
    for (const event of ["online", "offline", "hashchange"]) addEventListener(event, () => this.#watch.look());
    addEventListener("pageshow", ({ persisted }) => persisted && this.#watch.look());
    document.addEventListener("visibilitychange", () => document.hidden || this.#watch.look());
    setInterval(() => document.hidden || this.#render(), TICK);
    this.#watch.look();
  }

  /** @param {ReportRecord[]} reports */
  know(reports) {
    this.#reports = reports;
    this.#render();
  }

  /** @param {RunRecord[]} runs */
  #news(runs) {
    const said = endings(this.#runs ?? [], runs);
    if (this.#lost && this.#runs) said.unshift("Connected again.");
    this.#runs = runs;
    this.#at = performance.now();
    this.#lost = null;
    this.#render();
    if (said.length) this.#announcer.say(said.join(" "), true);
  }

  /** @param {Problem} problem @param {number | null} wait */
  #lose(problem, wait) {
    if (this.#lost === null) this.#announcer.say(`My runs: ${problem.title}.`, true);
    this.#lost = { problem, retryAt: wait === null ? null : performance.now() + wait };
    this.#render();
  }

  /** @param {RunItem} item */
  #press(item) {
    // Nothing is lost with what has not begun.
    if (item.record.status !== "processing") return this.#cancel(item);
    this.#asking = item;
    const { title, rows } = item.record;
    setText(find(this.#confirm, "#kept", HTMLElement), `${title}. ${keptSoFar(rows)}`);
    this.#confirm.returnValue = "";
    this.#confirm.showModal();
  }

  #answered() {
    const item = this.#asking;
    this.#asking = null;
    if (item && this.#confirm.returnValue === "cancel" && isUnderWay(item.record)) this.#cancel(item);
  }

  /** @param {RunItem} item */
  async #cancel(item) {
    item.cancelling = true;
    this.#refused = null;
    this.#render();
    try {
      await cancelRun(item.record.run);
    } catch (error) {
      this.#refused = { item, problem: problemFrom(error) };
    }
    await this.#watch.look();
    item.cancelling = false;
    this.#render();
  }

  #retry() {
    if (this.#refused && isUnderWay(this.#refused.item.record)) this.#cancel(this.#refused.item);
    else this.#watch.look();
  }

  #showAll() {
    const next = this.#runs?.[LATEST]?.run ?? "";
    this.#all = true;
    this.#render();
    // The button has gone: what it brought has the keyboard.
    this.#list.show(next);
  }

  #render() {
    const runs = this.#runs ?? [];
    const time = performance.now();
    const facts = { at: this.#at, lost: this.#lost !== null, reports: this.#reports };
    this.#list.render(this.#all ? runs : runs.slice(0, LATEST), facts, time);
    this.#more.hidden = this.#all || runs.length <= LATEST;
    setText(this.#more, `Show all ${counted(runs.length, "run")}`);
    this.#empty.hidden = this.#runs === null || runs.length > 0;
    setText(this.#empty, emptyWords(navigator.cookieEnabled));
    this.#renderLine(time);
  }

  /** @param {number} time */
  #renderLine(time) {
    const refused = this.#refused && isUnderWay(this.#refused.item.record) ? this.#refused.problem : null;
    const problem = this.#lost?.problem ?? refused;
    this.#line.hidden = !problem;
    if (!problem) return;
    const old = this.#lost && this.#runs ? `The list is as it was ${counted(Math.round((time - this.#at) / 1000), "second")} ago.` : "";
    const next = this.#lost?.retryAt ? `Trying again in ${secondsLeft(this.#lost.retryAt - time)} s.` : "";
    setText(find(this.#line, "span", HTMLElement), [problem.detail, old, next].filter(Boolean).join(" "));
  }
}
