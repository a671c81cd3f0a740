// @ts-check
/** The report page: holds its one state, and joins the form, the run and what is drawn. */

import { Announcer } from "./announcer.js";
import { readAddress, reportName, reportPath, startQuery } from "./address.js";
import { askReport } from "./api.js";
import { columnNames } from "./column-list.js";
import { at, find, setText } from "./element.js";
import { needed, problemFrom } from "./problem.js";
import { ReportView } from "./report-view.js";
import { RunSession } from "./run-session.js";
import { elapsed, idle, isFinal, isInProgress, isLost, reduce } from "./run-state.js";
import { RunTable } from "./run-table.js";
import { announcement, tabTitle } from "./run-words.js";

/** How often clocks on the page are drawn anew, and from when on a run is a long one (ms). */
const TICK = 200;
const LONG = 1000;
/** What is answered by the tools over the rows: presses on what has the id, and words of the table. */
const PRESSED = /** @type {const} */ (["columns", "exports", "goto"]);
const TOLD = /** @type {const} */ (["cellopen", "recordopen", "columnschange", "copied"]);

/** What is not private is there for the tools, which come with a click. */
export class ReportPage {
  name = reportName(location.pathname);
  address = readAddress(location.search);
  /** The query string that the page follows: going to a part of the page leaves it as it is. */
  #followed = location.search;
  state = idle();
  /** The run that the address names without arguments, until its record is here. @type {string | null} */
  #bare = null;
  /** @type {RunSession} */
  session = this.#newSession();
  /** @type {ReportRecord | null} */
  report = null;
  /** What the table and the problem panel show now. @type {{ columns: unknown, problem: unknown }} */
  #drawn = { columns: null, problem: null };
  #scheduled = false;
  /** A trouble of the page's own, and what tries again. @type {{ problem: Problem, again: () => void } | null} */
  #beside = null;
  /** @type {Promise<void> | undefined} */
  #accompanied;
  /** What accompanies long runs, once there is one. @type {import("./run-companions.js").RunCompanions | undefined} */
  #companions;
  #view = new ReportView();
  /** For a report that has parameters. @type {import("./report-form.js").ReportForm | null} */
  #form = null;
  table = find(document, "run-table", RunTable);
  #announcer = new Announcer(at("announcer"));
  /** The value or the record that is looked at; each comes with its first click. @type {import("./row-panel.js").RowPanel | null} */
  panel = null;

  async open() {
    this.table.name = this.name;
    this.#listen();
    setText(at("title"), this.name);
    this.#openRun();
    await this.#describe();
    setInterval(() => isInProgress(this.state) && this.#schedule(), TICK);
  }

  async #describe() {
    try {
      const report = await askReport(this.name);
      if (report.parameters.length) this.#form = new (await needed(import("./report-form.js"))).ReportForm(report, at("fields"), at("last"));
      this.report = report;
      this.#fillForm();
      setText(at("title"), report.title);
      setText(at("description"), report.description);
    } catch (error) {
      // A run that is shown already stays.
      const { run } = this.state;
      const problem = problemFrom(error);
      const dead = problem.status === 404 && run === null;
      for (const id of ["form", "status", "toolbar"]) at(id).hidden = dead;
      this.#dispatch(run === null ? { type: "refused", problem } : { type: "trouble", run, problem });
    }
    this.#schedule();
  }

  #listen() {
    const { cancel, confirm } = this.#view;
    at("form").onsubmit = (event) => this.#submit(event);
    cancel.onclick = () => this.state.cancelling || confirm.showModal();
    confirm.onclose = () => this.#confirmed();
    at("retry").onclick = () => this.#retry();
    at("retry-now").onclick = () => this.session.retryConnection();
    for (const id of PRESSED) at(id).addEventListener(id === "goto" ? "submit" : "click", (event) => this.#answer(id, event));
    for (const type of TOLD) this.table.addEventListener(type, (event) => this.#answer(type, event));
    addEventListener("popstate", () => location.search === this.#followed || this.#return());
    // The frame that was asked for does not come any more.
    document.addEventListener("visibilitychange", () => this.#scheduled && this.#render());
    addEventListener("pagehide", () => this.session.pause(true));
    addEventListener("pageshow", (event) => event.persisted && isInProgress(this.state) && this.session.pause(false));
  }

  /** @param {typeof PRESSED[number] | typeof TOLD[number]} name @param {Event} event */
  #answer(name, event) {
    event.preventDefault();
    this.using(() => import("./report-tools.js"), (tools) => tools[name](this, event));
  }

  #fillForm() {
    this.#form?.fill(this.address.arguments);
    this.showFilters();
  }

  showFilters() {
    const list = at("filters");
    list.replaceChildren();
    if (startQuery({ ...this.address, arguments: {} }) === "") return;
    const goTo = (/** @type {Address} */ without) => {
      this.setAddress(without, "pushState");
      this.#return();
      this.#view.run.focus();
    };
    import("./filter-chips.js").then(({ filterChips }) => list.replaceChildren(...filterChips(this.address, goTo)), () => {});
  }

  // Who opens a run by its id alone finds in the form what it was asked for.
  /** @param {RunRecord} record */
  #fillFrom(record) {
    this.using(() => import("./run-address.js"), ({ runAddress }) => {
      if (this.address.run !== record.run) return;
      this.setAddress({ ...this.address, arguments: runAddress(record).arguments }, "replaceState");
      this.#fillForm();
    });
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    if (!isInProgress(this.state) && this.state.status !== "starting") this.start(this.asked());
  }

  isReady() {
    return this.#form?.isReady() ?? true;
  }

  /** @param {Address} address */
  async start(address) {
    if (!this.isReady()) return;
    this.address = address;
    this.showFilters();
    const session = this.#replaceSession();
    const run = await session.start(this.name, address);
    if (session !== this.session || run === null) return;
    this.setAddress({ ...this.address, run }, "pushState");
    this.#form?.remember();
  }

  /** What the form and the address ask for now. @returns {Address} */
  asked() {
    const known = this.report ? {} : this.address.arguments;
    return { ...this.address, arguments: this.#form?.arguments ?? known, run: null };
  }

  #confirmed() {
    const { confirm } = this.#view;
    if (confirm.returnValue === "cancel" && isInProgress(this.state)) this.session.cancel();
    confirm.returnValue = "";
  }

  /**
   * Does something beside the run with a module that comes when it is needed; where that fails, the
   * button of the problem panel tries again.
   * @template Module @param {() => Promise<Module>} load @param {(module: Module) => unknown} act
   */
  async using(load, act) {
    try {
      await act(await needed(load()));
    } catch (error) {
      const problem = problemFrom(error);
      this.#beside = { problem, again: () => this.using(load, act) };
      this.#dispatch({ type: "trouble", run: this.state.run, problem });
    }
  }

  /** The button of the problem panel. */
  #retry() {
    const { run, problem, trouble } = this.state;
    if (this.report === null) location.reload();
    else if (trouble) {
      this.session.retry();
      if (trouble === this.#beside?.problem) this.#beside.again();
    } else if (run !== null && !isFinal(this.state) && problem?.retryable) this.#replaceSession().open(run);
    else this.start(this.asked());
  }

  /** @param {Address} address what is shown, or will be @param {"pushState" | "replaceState"} how */
  setAddress(address, how) {
    this.address = address;
    history[how](null, "", reportPath(this.name, address));
    this.#followed = location.search;
  }

  /** Shows what the address names now. */
  #return() {
    this.#followed = location.search;
    this.address = readAddress(this.#followed);
    this.#fillForm();
    this.#replaceSession();
    if (this.address.run === null) this.#dispatch({ type: "reset" });
    this.#openRun();
  }

  #openRun() {
    const { run, arguments: given } = this.address;
    this.#bare = Object.keys(given).length ? null : run;
    if (run !== null) this.session.open(run);
  }

  #replaceSession() {
    this.session.leave();
    this.session = this.#newSession();
    return this.session;
  }

  #newSession() {
    return new RunSession((action) => this.#dispatch(action));
  }

  /** @param {import("./run-state.js").Action} action */
  #dispatch(action) {
    if (action.type === "record") {
      if (action.record.report !== this.name) return this.#moveTo(action.record);
      if (action.record.run === this.#bare) this.#fillFrom(action.record);
      this.#bare = null;
    }
    const wasLost = isLost(this.state);
    this.state = reduce(this.state, action);
    const { trouble } = this.state;
    // What failed for want of the server is over with it, but for what waits to be tried again.
    if (wasLost && !isLost(this.state) && trouble?.status === 0 && trouble !== this.#beside?.problem) this.session.retry();
    this.#schedule();
  }

  /** To the page of the report that the run is of. @param {RunRecord} record */
  #moveTo(record) {
    this.session.leave();
    this.using(() => import("./run-address.js"), ({ runAddress }) => location.replace(reportPath(record.report, runAddress(record))));
  }

  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A hidden page draws no frames, but its title still tells how far the run is.
    if (document.hidden) setTimeout(() => this.#render(), TICK);
    else requestAnimationFrame(() => this.#render());
  }

  #render() {
    this.#scheduled = false;
    const held = document.activeElement;
    const state = this.state;
    const now = performance.now();
    const title = this.report?.title ?? this.name;
    const problem = state.trouble ?? state.problem;
    this.#view.render(state, now);
    setText(find(document, "title", HTMLTitleElement), tabTitle(state, title));
    if (this.#drawn.problem !== problem) this.#renderProblem(problem);
    if (this.#drawn.columns !== state.columns) this.#openTable(state.columns);
    this.table.update(isFinal(state));
    this.panel?.update();
    this.#announcer.say(announcement(state), !isInProgress(state) || isLost(state));
    if (elapsed(state, now) >= LONG) this.#accompanied ??= this.#accompany();
    this.#companions?.render(state, now, title);
    this.#keepFocus(held);
  }

  // Where what had the keyboard has vanished, the button that leads on takes it.
  /** @param {Element | null} held what had it before */
  #keepFocus(held) {
    const { run, cancel } = this.#view;
    const { activeElement, body } = document;
    if (held !== body && (activeElement === body || activeElement?.closest("[hidden]"))) (run.hidden ? cancel : run).focus();
  }

  /** @param {Column[] | null} columns */
  #openTable(columns) {
    this.#drawn.columns = columns;
    this.table.open(this.session.store, columns ?? [], columnNames(this.address.columns));
    if (columns) setTimeout(() => this.#provide(), TICK);
    this.table.hidden = columns === null;
    this.panel?.close();
    document.querySelector(".menu")?.remove();
    setText(at("said"), "");
  }

  // A server that stops would take with it the words for that, and a print does not wait.
  #provide() {
    for (const loading of [import("./problem-view.js"), import("./report-tools.js")]) loading.catch(() => {});
    import("./paper.js").then(({ printSheets }) => printSheets(this.table, () => this.report), () => {});
  }

  #accompany() {
    return import("./run-companions.js").then(({ RunCompanions }) => {
      this.#companions = new RunCompanions();
      this.#schedule();
    }, () => {});
  }

  // The panel itself says what has happened: for when not even the module can be had.
  /** @param {Problem | null} problem */
  async #renderProblem(problem) {
    this.#drawn.problem = problem;
    const where = { panel: at("problem"), fields: at("fields") };
    where.panel.hidden = true;
    if (!problem) return;
    setText(find(where.panel, "h2", HTMLElement), problem.title);
    setText(find(where.panel, "p", HTMLElement), problem.detail);
    const shown = import("./problem-view.js").then(({ showProblem }) => showProblem(problem, this.state, this.address.run !== null, () => this.#retry(), where));
    const told = await shown.catch(() => false);
    if (this.#drawn.problem === problem) where.panel.hidden = told;
  }
}

new ReportPage().open();
