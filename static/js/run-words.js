// @ts-check
/** What a run's state reads like: its stage, its counts, how it ended. Pure. */

import { count, duration, ordinal, percent, rowCount, secondsLeft } from "./format.js";
import { elapsed, isFinal, isInProgress, isLost, isPartial } from "./run-state.js";

/** @typedef {import("./run-state.js").RunState} RunState */

/** What a stage of a run under way, or any other status, is called. @type {Record<string, string>} */
const names = {
  idle: "Not run yet",
  opening: "Opening…",
  starting: "Starting…",
  queued: "Waiting in line",
  fetching: "Waiting for the first row",
  processing: "Receiving rows",
  finalizing: "Finishing",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
};

/** @type {Record<Reason, string>} */
const reasons = { user: "", follower_left: " because nobody was following it", operator: " by the operator of the database" };

/** @param {RunState} state */
export function stageWords(state) {
  const { status, stage, position } = state;
  if (state.cancelling) return "Cancelling…";
  if (isLost(state)) return state.connection === "offline" ? "Offline" : "Connection lost";
  const name = names[isInProgress(state) ? (stage ?? "fetching") : status];
  return stage === "queued" && position ? `${name}: ${ordinal(position)}` : name;
}

/** @param {RunState} state */
export function rowWords(state) {
  if (isFinal(state) || state.total === null) return rowCount(state.rows);
  return `${count(state.rows)} of ${about(state)}${rowCount(state.total)}`;
}

/** @param {RunState} state */
function about({ total_kind }) {
  return total_kind === "estimate" ? "≈ " : "";
}

/** All that is known in figures, by the element that shows it. @param {RunState} state @param {number} now */
export function figures(state, now) {
  const running = isInProgress(state);
  if (!running && !isFinal(state)) return { "row-figure": "", percent: "", elapsed: "", when: "", why: "", badge: "" };
  const reason = reasons[state.reason ?? "user"];
  return {
    "row-figure": rowWords(state),
    percent: running && state.progress !== null ? about(state) + percent(state.progress) : "",
    elapsed: duration(elapsed(state, now)),
    when: !running && state.createdAt ? new Date(state.createdAt).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : "",
    why: reason && `Cancelled${reason}`,
    badge: isPartial(state) ? `Partial: ${rowCount(state.rows)}` : "",
  };
}

/** What has become of the connection. @param {RunState} state @param {number} now */
export function lineWords({ connection, retryAt }, now) {
  if (connection === "offline") return "There is no network. The rows so far are kept, and the rest follows when it is back.";
  const when = connection === "waiting" ? `in ${secondsLeft(retryAt - now)} s` : "now";
  return `Connection lost. The rows so far are kept. Trying again ${when}.`;
}

/** What is said to a screen reader. @param {RunState} state */
export function announcement(state) {
  const { status, reason, rows } = state;
  if (status === "idle") return "";
  if (status === "cancelled") return `The run was cancelled${reasons[reason ?? "user"]}. ${rowCount(rows)} ${rows === 1 ? "is" : "are"} kept.`;
  const { "row-figure": figure, percent: done } = figures(state, 0);
  const counts = rows > 0 || isFinal(state) ? [figure, done] : [];
  return [stageWords(state), ...counts].filter(Boolean).join(", ");
}

/** The tab's title: how far the run is, then what it is. @param {RunState} state @param {string} title */
export function tabTitle(state, title) {
  const done = isInProgress(state) && state.progress !== null ? `${Math.floor(state.progress)} % · ` : "";
  return `${done}${isFinal(state) ? `${stageWords(state)} · ` : ""}${title} – Rowstream`;
}
