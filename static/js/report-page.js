// @ts-check
/** The report page: holds its one state, and joins the form, the run and what is drawn. */

import { Announcer } from "./announcer.js";
import { readAddress, reportName, reportPath } from "./address.js";
import { askReport, cancelRun, listRuns } from "./api.js";
import { find, setText } from "./element.js";
import { startExport } from "./export-api.js";
import { isFormat } from "./export-address.js";
import { filterChips } from "./filter-chips.js";
import { formArguments, parameterFields } from "./parameter-form.js";
import { problemPanel } from "./problem-panel.js";
import { problemFrom, unreachable } from "./problem.js";
import { ReportView, tabTitle } from "./report-view.js";
import { RunSession } from "./run-session.js";
import { idle, isFinal, isInProgress, reduce } from "./run-state.js";
import { RunTable } from "./run-table.js";
import { announcement, keptWords } from "./run-words.js";

/** How often clocks on the page are drawn anew (ms). */
const TICK = 200;

RunTable.define();

class ReportPage {
  #name = reportName(location.pathname);
  #address = readAddress(location.search);
  #state = idle();
  /** @type {RunSession} */
  #session = this.#newSession();
  /** @type {ReportRecord | null} */
  #report = null;
  /** @type {RunRecord[]} */
  #running = [];
  /** What the table and the problem panel show now. @type {{ columns: unknown, problem: unknown }} */
  #drawn = { columns: null, problem: null };
  #scheduled = false;
  #exporting = false;
  /** The export that did not begin, and why. @type {{ format: ExportFormat, problem: Problem } | null} */
  #refused = null;
  #view = new ReportView(document);
  #form = find(document, "#form", HTMLFormElement);
  #table = find(document, "run-table", RunTable);
  #problem = find(document, "#problem", HTMLElement);
  #announcer = new Announcer(find(document, "#announcer", HTMLElement));
  /** The value or the record that is looked at; each comes with its first click. @type {import("./row-panel.js").RowPanel | null} */
  #panel = null;

  async open() {
    this.#listen();
    setText(find(document, "#title", HTMLElement), this.#name);
    if (this.#address.run !== null) this.#session.open(this.#address.run);
    await this.#describe();
    setInterval(() => this.#tick(), TICK);
  }

  async #describe() {
    try {
      this.#report = await askReport(this.#name);
      setText(find(document, "#title", HTMLElement), this.#report.title);
      setText(find(document, "#description", HTMLElement), this.#report.description);
      this.#fillForm();
    } catch (error) {
      // A run that is shown already stays.
      const { run } = this.#state;
      const problem = problemFrom(error);
      this.#dispatch(run === null ? { type: "refused", problem } : { type: "trouble", run, problem });
    }
    this.#schedule();
  }

  #listen() {
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#view.cancel.addEventListener("click", () => this.#cancel("asking"));
    this.#view.confirm.addEventListener("close", () => this.#confirmed());
    find(document, "#retry-now", HTMLElement).addEventListener("click", () => this.#session.retryConnection());
    for (const name of ["cellopen", "recordopen"]) this.#table.addEventListener(name, (event) => this.#look(event));
    find(document, "#exports", HTMLElement).addEventListener("click", (event) => this.#exportPressed(event));
    addEventListener("popstate", () => this.#return());
    addEventListener("pagehide", () => this.#session.pause(true));
    addEventListener("pageshow", (event) => event.persisted && isInProgress(this.#state) && this.#session.pause(false));
  }

  #fillForm() {
    const parameters = this.#report?.parameters ?? [];
    find(document, "#fields", HTMLElement).replaceChildren(...parameterFields(parameters, this.#address.arguments));
    const chips = filterChips(this.#address, (without) => this.#goTo(without));
    find(document, "#filters", HTMLElement).replaceChildren(...chips);
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    if (!isInProgress(this.#state) && this.#state.status !== "starting") this.#start();
  }

  async #start() {
    this.#address = this.#asked();
    const session = this.#replaceSession();
    const run = await session.start(this.#name, this.#address);
    if (session !== this.#session) return;
    if (run !== null) this.#goTo({ ...this.#address, run }, false);
    else await this.#findRunning();
  }

  /** What the form and the address ask for now. @returns {Address} */
  #asked() {
    const given = this.#report ? formArguments(this.#report.parameters, this.#form) : this.#address.arguments;
    return { ...this.#address, arguments: given, run: null };
  }

  /** @param {Event} event */
  #exportPressed({ target }) {
    const format = target instanceof HTMLButtonElement ? target.value : "";
    if (isFormat(format) && !this.#exporting && this.#form.reportValidity()) this.#export(format);
  }

  /** @param {ExportFormat} format */
  async #export(format) {
    this.#exporting = true;
    try {
      const { exportId } = await startExport({ report: this.#name, format, options: {}, address: this.#asked() });
      location.assign(`/exports#${exportId}`);
    } catch (error) {
      const problem = problemFrom(error);
      this.#refused = { format, problem };
      this.#dispatch({ type: "trouble", run: this.#state.run, problem });
    }
    this.#exporting = false;
  }

  // The reader may have as many runs as are allowed; to cancel one, he has to see them.
  async #findRunning() {
    const problem = this.#state.problem;
    if (problem?.code !== "too_many_runs") return;
    const runs = problem.runs ?? (await listRuns().catch(() => []));
    this.#running = runs.filter((run) => run.status === "pending" || run.status === "processing");
    this.#drawn.problem = null;
    this.#schedule();
  }

  /** @param {string} run */
  async #cancelOther(run) {
    await cancelRun(run).catch(() => null);
    this.#running = this.#running.filter((other) => other.run !== run);
    this.#drawn.problem = null;
    this.#schedule();
  }

  /** @param {"no" | "asking"} cancel */
  #cancel(cancel) {
    if (this.#state.cancel === "sent") return;
    this.#view.confirm.returnValue = "";
    this.#dispatch({ type: "cancel", run: this.#state.run, cancel });
  }

  #confirmed() {
    if (this.#state.cancel !== "asking") return;
    if (this.#view.confirm.returnValue === "cancel") this.#session.cancel();
    else this.#cancel("no");
  }

  /** The button of the problem panel. */
  #retry() {
    if (this.#report === null) return location.reload();
    const { run, problem, trouble } = this.#state;
    if (trouble) {
      this.#session.retry();
      return trouble === this.#refused?.problem ? this.#export(this.#refused.format) : undefined;
    }
    if (run !== null && !isFinal(this.#state) && problem?.retryable) return this.#replaceSession().open(run);
    return this.#start();
  }

  /** @param {Address} address @param {boolean} anew whether the page follows the address */
  #goTo(address, anew = true) {
    this.#address = address;
    history.pushState(null, "", reportPath(this.#name, address));
    if (anew) this.#return();
  }

  #return() {
    this.#address = readAddress(location.search);
    this.#fillForm();
    const session = this.#replaceSession();
    if (this.#address.run === null) this.#dispatch({ type: "reset" });
    else session.open(this.#address.run);
  }

  #replaceSession() {
    this.#session.leave();
    this.#running = [];
    this.#session = this.#newSession();
    return this.#session;
  }

  #newSession() {
    return new RunSession((action) => this.#dispatch(action));
  }

  /** @param {import("./run-state.js").Action} action */
  #dispatch(action) {
    this.#state = reduce(this.#state, action);
    this.#schedule();
  }

  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A hidden page draws no frames, but its title still tells how far the run is.
    if (document.hidden) setTimeout(() => this.#render(), TICK);
    else requestAnimationFrame(() => this.#render());
  }

  #tick() {
    if (isInProgress(this.#state)) this.#schedule();
  }

  #render() {
    this.#scheduled = false;
    const state = this.#state;
    this.#view.render(state, performance.now());
    const title = tabTitle(state, this.#report?.title ?? this.#name);
    if (document.title !== title) document.title = title;
    this.#renderProblem();
    if (this.#drawn.columns !== state.columns) this.#table.open(this.#session.store, state.columns ?? []);
    if (this.#drawn.columns !== state.columns) this.#panel?.close();
    this.#drawn.columns = state.columns;
    this.#table.hidden = state.columns === null;
    this.#table.update(isFinal(state));
    this.#panel?.update();
    this.#announcer.say(announcement(state), !isInProgress(state));
  }

  #renderProblem() {
    const { trouble } = this.#state;
    const problem = trouble ?? this.#state.problem;
    this.#problem.hidden = problem === null;
    if (this.#drawn.problem === problem) return;
    this.#drawn.problem = problem;
    const action = isFinal(this.#state) && !trouble ? "Run again" : "Retry";
    const facts = { kept: trouble ? "" : keptWords(this.#state), runs: this.#running, action };
    const remedies = { retry: () => this.#retry(), cancelRun: (/** @type {string} */ run) => this.#cancelOther(run) };
    this.#problem.replaceChildren(...(problem ? problemPanel(problem, facts, remedies) : []));
  }

  /** @param {Event} event `cellopen` or `recordopen` */
  async #look(event) {
    const { store } = this.#session;
    const columns = this.#state.columns ?? [];
    const panels = await import("./panels.js").catch(() => null);
    if (panels === null) return this.#dispatch({ type: "trouble", run: this.#state.run, problem: unreachable() });
    if (!(event instanceof CustomEvent) || this.#panel?.isOpen) return;
    const looked = { source: store, columns, reveal: (/** @type {number} */ row, /** @type {number} */ column) => this.#table.reveal(row, column) };
    this.#panel = panels.openPanel(event.type, looked, event.detail);
  }
}

new ReportPage().open();
