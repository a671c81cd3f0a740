// @ts-check
/** What a run reads like in the list of my runs: its stage, its rows, how it ended, how long it is kept. Pure. */

import { count, counted, ordinal, percent, rowCount } from "./format.js";
import { isUnderWay } from "./status.js";

const stages = {
  queued: "Waiting in line",
  fetching: "Waiting for the first row",
  processing: "Reading rows",
  finalizing: "Finishing",
};
const ends = { completed: "Completed", failed: "Failed", cancelled: "Cancelled" };
const reasons = {
  user: "",
  follower_left: "It was cancelled because nobody was following it.",
  operator: "It was cancelled by the operator of the database.",
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @param {RunRecord} run @param {Date} now */
export function stageWords({ status, stage, position, expires_at }, now) {
  if (status === "pending") return position ? `${stages.queued}: ${ordinal(position)}` : stages.queued;
  if (status === "processing") return stages[stage ?? "fetching"];
  return isExpired({ expires_at }, now) ? "Expired" : ends[status];
}

/** @param {RunRecord} run */
export function rowWords({ status, rows, total, total_kind }) {
  if (status === "pending") return "";
  if (status !== "processing") return `${status === "completed" || rows === 0 ? "" : "Partial: "}${rowCount(rows)}`;
  if (total === null) return `${rowCount(rows)} so far`;
  return `${count(rows)} of ${total_kind === "estimate" ? "about " : ""}${rowCount(total)}`;
}

/** @param {RunRecord} run */
export function percentWords({ status, progress }) {
  return status === "processing" && progress !== null ? percent(progress) : "";
}

/** @param {{ expires_at: string | null }} run @param {Date} now */
export function isExpired({ expires_at }, now) {
  return expires_at !== null && Date.parse(expires_at) <= now.getTime();
}

/** Whether it has rows that can be downloaded. @param {RunRecord} run @param {Date} now */
export function hasRows(run, now) {
  return !isExpired(run, now) && (run.rows > 0 || run.status === "completed");
}

/** @param {RunRecord} run @param {Date} now */
export function keptWords({ expires_at }, now) {
  if (expires_at === null || isExpired({ expires_at }, now)) return "";
  const left = Date.parse(expires_at) - now.getTime();
  if (left < MINUTE) return "kept for less than a minute";
  if (left < 2 * HOUR) return `kept for ${count(Math.floor(left / MINUTE))} min`;
  if (left < 2 * DAY) return `kept for ${count(Math.floor(left / HOUR))} h`;
  return `kept for ${counted(Math.floor(left / DAY), "day")}`;
}

/** Why it has no more rows, where there is something to say. @param {RunRecord} run @param {Date} now */
export function endWords(run, now) {
  const { status, reason, error } = run;
  if (isExpired(run, now)) return "Its rows have expired and are deleted. Run it again to have new ones.";
  if (status === "failed") return [error?.detail ?? "It ended without saying why.", error?.hint].filter(Boolean).join(" ");
  return status === "cancelled" ? reasons[reason ?? "user"] : "";
}

/** What the list says while it has nothing to show. @param {boolean} cookies whether the browser keeps them */
export function emptyWords(cookies) {
  if (cookies) return "Nothing is kept for you at the moment. Open a report and press Run: it is listed here until it expires.";
  return "This browser keeps no cookies, by which Rowstream knows which runs are yours; none is listed. Each stays open at its own address.";
}

/**
 * What a screen reader is told when the list is new: each end once.
 * @param {RunRecord[]} before @param {RunRecord[]} after
 */
export function endings(before, after) {
  const wasUnderWay = new Set(before.filter(isUnderWay).map(({ run }) => run));
  return after.filter((each) => wasUnderWay.has(each.run) && !isUnderWay(each)).map(endingWords);
}

/** @param {RunRecord} run */
function endingWords(run) {
  const what = `${run.title}: ${run.status}, ${rowCount(run.rows)}${run.status === "completed" ? "" : " kept"}.`;
  return run.status === "failed" ? `${what} ${run.error?.detail ?? ""}` : what;
}
