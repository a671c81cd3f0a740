// @ts-check
/** Draws a run's state into the report page. Knows the page's elements; decides nothing. */

import { rowsPath } from "./api.js";
import { at, find, setText } from "./element.js";
import { keptSoFar, rowCount } from "./format.js";
import { drawBar } from "./progress-bar.js";
import { isFinal, isInProgress, isLost, isPartial } from "./run-state.js";
import { figures, lineWords, rowWords, stageWords } from "./run-words.js";

/** @typedef {import("./run-state.js").RunState} RunState */

export class ReportView {
  run = at("run");
  cancel = at("cancel");
  confirm = find(document, "#confirm", HTMLDialogElement);
  /** The run that the links lead to. @type {string | null} */
  #linked = null;

  /** @param {RunState} state @param {number} now */
  render(state, now) {
    const { status, rows, progress } = state;
    const running = isInProgress(state);
    const moves = running || status === "starting";
    const stage = stageWords(state);
    find(document, "main", HTMLElement).dataset.status = isLost(state) ? "lost" : status;
    this.#words({
      stage, ...figures(state, now), "line-text": lineWords(state, now), kept: keptSoFar(rows),
      "download-label": running ? "Rows so far" : rowCount(rows),
    });
    this.#hide(state, running);
    drawBar(at("bar"), { underWay: moves || progress !== null, known: progress, moves, words: [stage, rowWords(state)] });
    this.#buttons(state, running);
    this.#link(state.run);
  }

  /** @param {Record<string, string>} words by the id of what says them */
  #words(words) {
    for (const [id, text] of Object.entries(words)) setText(at(id), text);
  }

  /** @param {RunState} state @param {boolean} running */
  #hide(state, running) {
    const { run, rows, columns, problem } = state;
    const isHidden = {
      run: running,
      cancel: !running,
      line: !isLost(state),
      rows: problem !== null && columns === null,
      empty: rows > 0,
      tools: rows === 0 || columns === null,
      downloads: run === null || (rows === 0 && !(isFinal(state) && !isPartial(state))),
    };
    for (const [id, hidden] of Object.entries(isHidden)) at(id).hidden = hidden;
  }

  /** @param {RunState} state @param {boolean} running */
  #buttons({ status, cancelling }, running) {
    if (!running && this.confirm.open) this.confirm.close();
    this.run.ariaDisabled = String(status === "starting");
    this.cancel.ariaDisabled = String(cancelling);
  }

  /** @param {string | null} run */
  #link(run) {
    if (run === null || run === this.#linked) return;
    this.#linked = run;
    for (const link of at("downloads").querySelectorAll("a")) link.href = rowsPath(run, link.dataset.format ?? "");
  }
}
