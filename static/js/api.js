// @ts-check
/** The server's addresses as functions; each answers with data or throws a ProblemError. */

import { ProblemError, problemOf, unreachable } from "./problem.js";
import { startQuery } from "./address.js";

/** Longer than the server itself waits for its database (ms). */
const PATIENCE = 30_000;

/** @returns {Promise<ReportRecord[]>} */
export async function listReports() {
  return (await askJson("/api/reports")).reports;
}

/** @param {string} report @returns {Promise<ReportRecord>} */
export async function askReport(report) {
  return askJson(`/api/reports/${encodeURIComponent(report)}`);
}

/** @returns {Promise<RunRecord[]>} my runs, newest first */
export async function listRuns() {
  return (await askJson("/api/runs")).runs;
}

/** @param {string} report @param {Address} address @returns {Promise<RunRecord>} */
export async function startRun(report, address) {
  const path = `/api/reports/${encodeURIComponent(report)}/runs${startQuery(address)}`;
  return askJson(path, "POST");
}

/** @param {string} run @returns {Promise<RunRecord>} */
export async function askRun(run) {
  return askJson(runPath(run));
}

/** Ends a run; the answer is the run, ended or about to end. @param {string} run @returns {Promise<RunRecord>} */
export async function cancelRun(run) {
  return askJson(`/api/reports/cancel/${encodeURIComponent(run)}`, "POST");
}

/** @param {string} run @returns {Promise<ChunkIndex>} */
export async function askChunkIndex(run) {
  return askJson(`${runPath(run)}/chunks`);
}

/** @param {string} run @param {number} chunk @returns {Promise<string>} the chunk as text, not parsed */
export async function askChunk(run, chunk) {
  return ask(`${runPath(run)}/chunks/${chunk}`);
}

/** @param {string} run @param {number} after the number of the last event seen, 0 = none */
export function streamPath(run, after) {
  return `${runPath(run)}/stream?after=${after}`;
}

/** @param {string} run @param {"csv" | "json" | "ndjson"} format */
export function rowsPath(run, format) {
  return `${runPath(run)}/rows.${format}`;
}

/** @param {string} run */
function runPath(run) {
  return `/api/runs/${encodeURIComponent(run)}`;
}

/** @param {string} path @param {string} method @returns {Promise<any>} */
export async function askJson(path, method = "GET") {
  return JSON.parse(await ask(path, method));
}

/** @param {string} path @param {string} method @returns {Promise<string>} */
export async function ask(path, method = "GET") {
  const { response, text } = await reach(path, method);
  if (response.ok) return text;
  throw new ProblemError(problemOf(response.status, text, response.headers.get("Retry-After")));
}

/** @param {string} path @param {string} method */
async function reach(path, method) {
  try {
    const response = await fetch(path, { method, signal: AbortSignal.timeout(PATIENCE) });
    return { response, text: await response.text() };
  } catch {
    // fetch does not tell why: refused, cut in the middle and too slow are one to the reader.
    throw new ProblemError(unreachable());
  }
}
