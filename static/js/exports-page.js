// @ts-check
/** The exports page: holds its one state, and joins the form, the watch and what is drawn. */

import { Announcer } from "./announcer.js";
import { listReports } from "./api.js";
import { find, setText } from "./element.js";
import { askedAgain, exportsPage, readAsked } from "./export-address.js";
import { endExport, listExports, startExport } from "./export-api.js";
import { ExportForm } from "./export-form.js";
import { ExportItem } from "./export-item.js";
import { endings, nameWords, progressWords } from "./export-words.js";
import { counted, secondsLeft } from "./format.js";
import { ItemList } from "./item-list.js";
import { ListWatch } from "./list-watch.js";
import { problemPanel } from "./problem-panel.js";
import { problemFrom } from "./problem.js";
import { isUnderWay } from "./status.js";

/** How often clocks on the page are drawn anew, and how seldom progress is said aloud (ms). */
const TICK = 1000;
const SAY_PAUSE = 20_000;

class ExportsPage {
  /** null until the server has told them. @type {ExportRecord[] | null} */
  #exports = null;
  /** @type {ReportRecord[]} */
  #reports = [];
  /** When the list was new, on the page's clock. */
  #at = 0;
  /** Why the list may be old. @type {{ problem: Problem, retryAt: number | null } | null} */
  #lost = null;
  /** What the question of the dialog is about. @type {{ act: "cancel" | "delete", item: ExportItem } | null} */
  #asking = null;
  /** The export to be shown once it is listed. */
  #shown = location.hash.slice(1);

  #line = find(document, "#line", HTMLElement);
  #problem = find(document, "#problem", HTMLElement);
  #empty = find(document, "#empty", HTMLElement);
  #confirm = find(document, "#confirm", HTMLDialogElement);
  #announcer = new Announcer(find(document, "#announcer", HTMLElement), SAY_PAUSE);
  #template = find(document, "#export", HTMLTemplateElement);
  #list = new ItemList(
    find(document, "#exports", HTMLElement),
    (/** @type {ExportRecord} */ { exportId }) => exportId,
    (record) => new ExportItem(this.#template, record, (act, item) => this.#press(act, item)),
  );
  #form = new ExportForm(find(document, "#form", HTMLFormElement), readAsked(location.search), {
    start: (asked) => this.#startFromForm(asked),
    changed: (asked) => history.replaceState(null, "", exportsPage(asked)),
    refused: (problem) => this.#tell(problem, () => this.#form.describe()),
  });
  #watch = new ListWatch(listExports, {
    news: (exports) => this.#news(exports),
    lost: (problem, wait) => this.#lose(problem, wait),
  });

  open() {
    find(document, "#new", HTMLDetailsElement).open = location.search !== "" || matchMedia("(min-width: 60rem)").matches;
    this.#confirm.addEventListener("close", () => this.#answered());
    find(document, "#retry-now", HTMLElement).addEventListener("click", () => this.#watch.look());
    for (const event of ["online", "offline"]) addEventListener(event, () => this.#watch.look());
    addEventListener("pageshow", ({ persisted }) => persisted && this.#watch.look());
    document.addEventListener("visibilitychange", () => document.hidden || this.#watch.look());
    setInterval(() => this.#render(), TICK);
    this.#watch.look();
    this.#form.describe();
    this.#offer();
  }

  async #offer() {
    try {
      this.#reports = await listReports();
      this.#form.offer(this.#reports);
      this.#render();
    } catch (error) {
      this.#tell(problemFrom(error), () => this.#offer());
    }
  }

  /** @param {ExportRecord[]} exports */
  #news(exports) {
    const ended = endings(this.#exports ?? [], exports);
    if (this.#lost && this.#exports) ended.unshift("Connected again.");
    this.#exports = exports;
    this.#at = performance.now();
    this.#lost = null;
    this.#render();
    this.#say(ended);
    if (exports.length === 0) find(document, "#new", HTMLDetailsElement).open = true;
    if (this.#shown) this.#list.show(this.#shown);
    this.#shown = "";
  }

  /** @param {string[]} ended */
  #say(ended) {
    if (ended.length) return this.#announcer.say(ended.join(" "), true);
    const progress = progressWords(this.#exports ?? []);
    if (progress) this.#announcer.say(progress, false);
  }

  /** @param {Problem} problem @param {number | null} wait */
  #lose(problem, wait) {
    if (this.#lost === null) this.#announcer.say(`${problem.title}. What is shown may be out of date.`, true);
    this.#lost = { problem, retryAt: wait === null ? null : performance.now() + wait };
    this.#render();
  }

  /** @param {Asked} asked */
  async #startFromForm(asked) {
    this.#form.busy = true;
    history.replaceState(null, "", exportsPage(asked));
    await this.#start(asked, (problem) => this.#form.complain(problem));
    this.#form.busy = false;
  }

  /** @param {Asked} asked @param {(problem: Problem) => boolean} complain whether it has told the problem itself */
  async #start(asked, complain) {
    try {
      const record = await startExport(asked);
      this.#tell(null);
      this.#add(record);
      await this.#watch.look();
      document.getElementById(record.exportId)?.scrollIntoView({ block: "nearest" });
    } catch (error) {
      const problem = problemFrom(error);
      if (complain(problem)) this.#tell(null);
      else this.#tell(problem, () => this.#start(asked, complain));
    }
  }

  // Listed before it is asked for, or nobody would be told the end of one that is done by then.
  /** @param {ExportRecord} record */
  #add(record) {
    const exports = this.#exports ?? [];
    const listed = exports.some(({ exportId }) => exportId === record.exportId);
    if (!listed) this.#exports = [record, ...exports];
    this.#announcer.say(`Started: ${nameWords(record)}`, true);
    this.#render();
  }

  /** @param {import("./export-item.js").Act} act @param {ExportItem} item */
  async #press(act, item) {
    if (act === "copy") return this.#copy(item);
    if (act === "again") return this.#again(item);
    // Nothing is lost with what has not begun, or has left no file.
    if (item.record.status === "processing" || item.record.status === "completed") this.#ask(act, item);
    else this.#end(act, item);
  }

  /** @param {ExportItem} item */
  async #again(item) {
    item.sent = "again";
    await this.#start(askedAgain(item.record), () => false);
    item.sent = null;
    this.#render();
  }

  /** @param {ExportItem} item */
  async #copy({ digest }) {
    getSelection()?.selectAllChildren(digest);
    // Only a page of https or of this machine may, and a browser may still refuse.
    const copying = navigator.clipboard?.writeText(digest.textContent ?? "") ?? Promise.reject();
    const copied = await copying.then(() => true, () => false);
    this.#announcer.say(copied ? "Copied" : "Selected, to be copied", true);
  }

  /** @param {"cancel" | "delete"} act @param {ExportItem} item */
  #ask(act, item) {
    const [question, consequence, yes] = {
      cancel: ["Cancel this export?", "What has been written so far is not kept.", "Cancel the export"],
      delete: ["Delete this export?", "Its file is deleted, and downloads of it end.", "Delete the file"],
    }[act];
    setText(find(this.#confirm, "h2", HTMLElement), question ?? "");
    setText(find(this.#confirm, "#consequence", HTMLElement), `${nameWords(item.record)}. ${consequence}`);
    setText(find(this.#confirm, "[value=yes]", HTMLElement), yes ?? "");
    this.#asking = { act, item };
    this.#confirm.returnValue = "";
    this.#confirm.showModal();
  }

  #answered() {
    const asked = this.#asking;
    this.#asking = null;
    if (!asked || this.#confirm.returnValue !== "yes") return;
    // To the server both are DELETE: what has ended since the question must not lose its file to a Cancel.
    if (isUnderWay(asked.item.record) === (asked.act === "cancel")) this.#end(asked.act, asked.item);
  }

  /** @param {"cancel" | "delete"} act @param {ExportItem} item */
  async #end(act, item) {
    item.sent = act;
    this.#render();
    try {
      await endExport(item.record.exportId);
      this.#tell(null);
    } catch (error) {
      const problem = problemFrom(error);
      // Gone already, which is what was asked for.
      if (problem.status !== 404 && problem.status !== 410) this.#tell(problem, () => this.#end(act, item));
    }
    await this.#watch.look();
    item.sent = null;
    this.#render();
  }

  /** @param {Problem | null} problem @param {() => void} retry */
  #tell(problem, retry = () => {}) {
    const again = () => {
      this.#tell(null);
      retry();
    };
    if (this.#problem.contains(document.activeElement)) find(document, "#exports", HTMLElement).focus();
    this.#problem.hidden = problem === null;
    this.#problem.replaceChildren(...(problem ? problemPanel(problem, { action: "Retry", retry: again }) : []));
  }

  #render() {
    const exports = this.#exports ?? [];
    const time = performance.now();
    this.#list.render(exports, { at: this.#at, lost: this.#lost !== null, reports: this.#reports }, time);
    this.#empty.hidden = this.#exports === null || exports.length > 0;
    setText(find(document, "#found", HTMLElement), exports.length ? counted(exports.length, "export") : "");
    this.#renderLine(time);
    const title = [progressWords(exports), "Exports – Rowstream"].filter(Boolean).join(" · ");
    if (document.title !== title) document.title = title;
  }

  /** @param {number} time */
  #renderLine(time) {
    this.#line.hidden = this.#lost === null;
    if (this.#lost === null) return;
    const { problem, retryAt } = this.#lost;
    const age = this.#exports ? `The list is as it was ${counted(Math.round((time - this.#at) / 1000), "second")} ago.` : "";
    const next = retryAt === null ? "" : `Trying again in ${secondsLeft(retryAt - time)} s.`;
    setText(find(this.#line, "#line-text", HTMLElement), [problem.detail, age, next].filter(Boolean).join(" "));
  }
}

new ExportsPage().open();
