// @ts-check
/** A problem on the report page: told in its panel with what can be done about it, or beside the field that it is about. */

import { complain } from "./field-complaints.js";
import { keptWords } from "./kept-words.js";
import { fieldsIn } from "./parameter-form.js";
import { problemPanel } from "./problem-panel.js";
import { isFinal } from "./run-state.js";
import { runningRuns } from "./running-runs.js";

/** @typedef {import("./run-state.js").RunState} RunState */

/**
 * @param {Problem} problem @param {RunState} state @param {boolean} hasRun whether the address names one
 * @param {() => void} retry @param {{ panel: HTMLElement, fields: HTMLElement }} where
 * @returns {Promise<boolean>} whether it is told beside a field, so that the panel need not be seen
 */
export async function showProblem(problem, state, hasRun, retry, { panel, fields }) {
  const kept = state.trouble ? "" : keptWords(state);
  panel.replaceChildren(...problemPanel(problem, { action: remedy(problem, state, hasRun), kept, retry }));
  const blame = problem.code === "invalid_argument" ? problem.detail : "";
  const field = fieldsIn(fields).find(({ name }) => blame.includes(`parameter '${name}'`));
  if (field) complain([field], blame);
  const actions = panel.lastElementChild;
  if (problem.code === "too_many_runs") actions?.before(await runningRuns(problem));
  return field !== undefined;
}

/** The word on the button, none where the report itself is not there. @param {Problem} problem @param {RunState} state @param {boolean} hasRun */
function remedy({ status }, state, hasRun) {
  const missing = status === 404 || status === 410;
  if (missing && !hasRun) return "";
  return !state.trouble && (missing || isFinal(state)) ? "Run again" : "Retry";
}
