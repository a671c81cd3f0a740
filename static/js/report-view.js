// @ts-check
/** Draws a run's state into the report page. Knows the page's elements; decides nothing. */

import { rowsPath } from "./api.js";
import { find, setText } from "./element.js";
import { rowCount, secondsLeft } from "./format.js";
import { isFinal, isInProgress, isLost, isPartial } from "./run-state.js";
import { cancelWords, emptyWords, figures, rowWords, stageWords } from "./run-words.js";

/** @typedef {import("./run-state.js").RunState} RunState */

const formats = /** @type {const} */ (["csv", "json", "ndjson"]);

export class ReportView {
  /** @param {ParentNode} root */
  constructor(root) {
    /** @param {string} id */
    const at = (id) => find(root, `#${id}`, HTMLElement);
    this.run = at("run");
    this.cancel = at("cancel");
    this.status = at("status");
    this.bar = at("bar");
    this.stage = at("stage");
    this.figures = { rows: at("row-figure"), percent: at("percent"), rate: at("rate"), elapsed: at("elapsed") };
    this.badge = at("badge");
    this.downloads = at("downloads");
    this.downloadLabel = at("download-label");
    this.line = at("line");
    this.lineText = at("line-text");
    this.empty = at("empty");
    this.rows = at("rows");
    this.kept = at("kept");
    this.confirm = find(root, "#confirm", HTMLDialogElement);
  }

  /** @param {RunState} state @param {number} now */
  render(state, now) {
    this.status.dataset.status = isLost(state) ? "lost" : state.status;
    setText(this.stage, stageWords(state));
    const texts = figures(state, now);
    for (const name of /** @type {const} */ (["rows", "percent", "rate", "elapsed"])) setText(this.figures[name], texts[name]);
    this.#bar(state);
    this.#badge(state);
    this.#buttons(state);
    this.#downloads(state);
    this.#line(state, now);
    setText(this.empty, emptyWords(state));
    this.rows.hidden = state.problem !== null && state.columns === null;
    this.#confirm(state);
  }

  /** @param {RunState} state */
  #bar(state) {
    const known = isFinal(state) ? 100 : state.progress;
    const running = isInProgress(state) || state.status === "starting";
    this.bar.classList.toggle("unknown", running && known === null);
    this.bar.hidden = !running && !isFinal(state);
    this.bar.style.setProperty("--done", String((known ?? 0) / 100));
    // Without a value the bar says "busy, nobody knows for how long".
    if (known === null || isPartial(state)) this.bar.removeAttribute("aria-valuenow");
    else this.bar.setAttribute("aria-valuenow", String(known));
    this.bar.setAttribute("aria-valuetext", `${stageWords(state)}, ${rowWords(state)}`);
  }

  /** @param {RunState} state */
  #badge(state) {
    this.badge.hidden = !isPartial(state);
    setText(this.badge, `Partial: ${rowCount(state.rows)}`);
    this.badge.title = state.status === "cancelled" ? cancelWords(state) : "The run ended before all rows had arrived.";
  }

  /** @param {RunState} state */
  #buttons(state) {
    const running = isInProgress(state);
    const focused = document.activeElement === this.run || document.activeElement === this.cancel;
    this.run.hidden = running;
    this.cancel.hidden = !running;
    this.run.setAttribute("aria-disabled", String(state.status === "starting"));
    this.cancel.setAttribute("aria-disabled", String(state.cancel === "sent"));
    // The button under the keyboard must not vanish: its successor takes the focus.
    if (focused) (running ? this.cancel : this.run).focus();
  }

  /** @param {RunState} state */
  #downloads(state) {
    const run = state.run;
    this.downloads.hidden = run === null || (state.rows === 0 && state.status !== "completed");
    if (run === null) return;
    setText(this.downloadLabel, isInProgress(state) ? "Download rows so far" : `Download ${rowCount(state.rows)}`);
    for (const format of formats) {
      const link = find(this.downloads, `[data-format=${format}]`, HTMLAnchorElement);
      const path = rowsPath(run, format);
      if (link.getAttribute("href") !== path) link.href = path;
    }
  }

  /** @param {RunState} state @param {number} now */
  #line(state, now) {
    this.line.hidden = !isLost(state);
    const when = state.connection === "waiting" ? `in ${secondsLeft(state.retryAt - now)} s` : "now";
    setText(this.lineText, `Connection lost. The rows so far are kept. Trying again ${when}.`);
  }

  /** @param {RunState} state */
  #confirm(state) {
    const { confirm } = this;
    const asking = state.cancel === "asking" && isInProgress(state);
    if (asking && !confirm.open) confirm.showModal();
    if (!asking && confirm.open) confirm.close();
    const are = state.rows === 1 ? "is" : "are";
    setText(this.kept, `${rowCount(state.rows)} so far ${are} kept and can still be downloaded.`);
  }
}

/** The tab's title: how far the run is, then what it is. @param {RunState} state @param {string} title */
export function tabTitle(state, title) {
  const done = isInProgress(state) && state.progress !== null ? `${Math.floor(state.progress)} % · ` : "";
  const end = isFinal(state) ? `${stageWords(state)} · ` : "";
  return `${done}${end}${title} – Rowstream`;
}
