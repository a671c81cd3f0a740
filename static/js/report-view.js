// @ts-check
/** Draws a run's state into the report page. Knows the page's elements; decides nothing. */

import { rowsPath } from "./api.js";
import { at, find, setText } from "./element.js";
import { keptSoFar, rowCount } from "./format.js";
import { drawBar } from "./progress-bar.js";
import { isFinal, isInProgress, isLost, isPartial } from "./run-state.js";
import { figures, lineWords, rowWords, stageWords } from "./run-words.js";

/** @typedef {import("./run-state.js").RunState} RunState */

/** @type {("csv" | "json" | "ndjson")[]} */
const formats = ["csv", "json", "ndjson"];

export class ReportView {
  run = at("run");
  cancel = at("cancel");
  confirm = find(document, "#confirm", HTMLDialogElement);
  /** The run that the links lead to. @type {string | null} */
  #linked = null;

  /** @param {RunState} state @param {number} now */
  render(state, now) {
    const running = isInProgress(state);
    const moves = running || state.status === "starting";
    const stage = stageWords(state);
    find(document, "main", HTMLElement).dataset.status = isLost(state) ? "lost" : state.status;
    for (const [id, text] of Object.entries({ stage, ...figures(state, now) })) setText(at(id), text);
    drawBar(at("bar"), {
      underWay: moves || state.progress !== null, known: state.progress, moves, words: [stage, rowWords(state)],
    });
    at("badge").hidden = !isPartial(state);
    setText(at("badge"), `Partial: ${rowCount(state.rows)}`);
    at("line").hidden = !isLost(state);
    setText(at("line-text"), lineWords(state, now));
    at("empty").hidden = state.rows > 0;
    at("tools").hidden = state.rows === 0 || state.columns === null;
    at("rows").hidden = state.problem !== null && state.columns === null;
    this.#buttons(state, running);
    this.#downloads(state, running);
  }

  /** @param {RunState} state @param {boolean} running */
  #buttons({ status, rows, cancelling }, running) {
    const { run, cancel, confirm } = this;
    setText(at("kept"), keptSoFar(rows));
    if (!running && confirm.open) confirm.close();
    run.hidden = running;
    cancel.hidden = !running;
    run.ariaDisabled = String(status === "starting");
    cancel.ariaDisabled = String(cancelling);
  }

  /** @param {RunState} state @param {boolean} running */
  #downloads(state, running) {
    const { run } = state;
    const box = at("downloads");
    box.hidden = run === null || (state.rows === 0 && !(isFinal(state) && !isPartial(state)));
    setText(at("download-label"), running ? "Rows so far" : rowCount(state.rows));
    if (run === null || run === this.#linked) return;
    this.#linked = run;
    for (const format of formats) find(box, `[data-format=${format}]`, HTMLAnchorElement).href = rowsPath(run, format);
  }
}
