// @ts-check
/** What a run's state reads like: its stage, its counts, how it ended. Pure. */

import { count, duration, ordinal, percent, rowCount } from "./format.js";
import { elapsed, isFinal, isInProgress, isLost, rate } from "./run-state.js";

/** @typedef {import("./run-state.js").RunState} RunState */

const stages = {
  queued: "Waiting in line",
  fetching: "Waiting for the first row",
  processing: "Receiving rows",
  finalizing: "Finishing",
};

/** @type {Record<RunState["status"], string>} */
const statuses = {
  idle: "Not run yet",
  opening: "Opening…",
  starting: "Starting…",
  pending: "Waiting",
  processing: "Running",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
};

/** @param {RunState} state */
export function stageWords(state) {
  if (state.cancel === "sent") return "Cancelling…";
  if (isLost(state)) return "Connection lost";
  if (isInProgress(state)) return place(state);
  return statuses[state.status];
}

/** @param {RunState} state */
function place(state) {
  const words = stages[state.stage ?? "fetching"];
  return state.stage === "queued" && state.position ? `${words}: ${ordinal(state.position)}` : words;
}

/** @param {RunState} state */
export function rowWords(state) {
  if (isFinal(state) || state.total === null) return rowCount(state.rows);
  const about = state.totalKind === "estimate" ? "about " : "";
  return `${count(state.rows)} of ${about}${rowCount(state.total)}`;
}

/** Rows, percentage, rate and age, as far as they are known. @param {RunState} state @param {number} now */
export function figures(state, now) {
  if (!isInProgress(state) && !isFinal(state)) return { rows: "", percent: "", rate: "", elapsed: "" };
  const perSecond = rate(state, now);
  const done = isInProgress(state) ? state.progress : null;
  return {
    rows: rowWords(state),
    percent: done === null ? "" : percent(done),
    rate: perSecond === null || state.rows === 0 ? "" : `${count(perSecond)} rows/s`,
    elapsed: duration(elapsed(state, now)),
  };
}

/** Why a cancelled run ended. @param {RunState} state */
export function cancelWords(state) {
  const who = {
    user: "The run was cancelled.",
    follower_left: "The run was cancelled because nobody was following it.",
    operator: "The run was cancelled by the operator of the database.",
  }[state.reason ?? "user"];
  return `${who} ${rowCount(state.rows)} ${state.rows === 1 ? "is" : "are"} kept.`;
}

/** What has become of the rows of a run that has failed. @param {RunState} state */
export function keptWords(state) {
  if (state.rows === 0) return "";
  return `${rowCount(state.rows)} arrived before and ${state.run === null ? "stay on this page" : "are kept"}.`;
}

/** What the table says while it has no row. @param {RunState} state */
export function emptyWords(state) {
  if (state.rows > 0) return "";
  if (isInProgress(state)) return `${stageWords(state)}…`.replace("……", "…");
  switch (state.status) {
    case "idle":
      return state.problem ? "" : "Press Run to see rows.";
    case "completed":
      return "No data";
    case "cancelled":
    case "failed":
      return "No row arrived before the run ended.";
    default:
      return stageWords(state);
  }
}

/** What is said to a screen reader. @param {RunState} state */
export function announcement(state) {
  if (state.status === "idle") return "";
  if (state.status === "cancelled") return cancelWords(state);
  const { rows, percent: done } = figures(state, 0);
  const counts = state.rows > 0 || isFinal(state) ? [rows, done] : [];
  return [stageWords(state), ...counts].filter(Boolean).join(", ");
}
