// @ts-check
/** The server's addresses as functions; each answers with data or throws a ProblemError. */

import { ProblemError, problemOf, unreachable } from "./problem.js";
import { startQuery } from "./address.js";

/** Longer than the server itself waits for its database (ms). */
const PATIENCE = 30_000;

/** @returns {Promise<ReportRecord[]>} */
export async function listReports() {
  return (await ask("/api/reports")).reports;
}

/** @param {string} report @returns {Promise<ReportRecord>} */
export async function askReport(report) {
  return ask(`/api/reports/${encodeURIComponent(report)}`);
}

/** @returns {Promise<RunRecord[]>} my runs, newest first */
export async function listRuns() {
  return (await ask("/api/runs")).runs;
}

/** @param {string} report @param {Address} address @returns {Promise<RunRecord>} */
export async function startRun(report, address) {
  const path = `/api/reports/${encodeURIComponent(report)}/runs${startQuery(address)}`;
  return ask(path, "POST");
}

/** @param {string} run @returns {Promise<RunRecord>} */
export async function askRun(run) {
  return ask(runPath(run));
}

/** Ends a run; the answer is the run, ended or about to end. @param {string} run @returns {Promise<RunRecord>} */
export async function cancelRun(run) {
  return ask(`/api/reports/cancel/${encodeURIComponent(run)}`, "POST");
}

/** @param {string} run @param {number} after the number of the last chunk known @returns {Promise<ChunkIndex>} of the later ones */
export async function askChunkIndex(run, after = 0) {
  return ask(`${runPath(run)}/chunks?after=${after}`);
}

/** @param {string} run @param {number} chunk @returns {Promise<Uint8Array>} the chunk's JSON, not parsed */
export async function askChunk(run, chunk) {
  return ask(`${runPath(run)}/chunks/${chunk}`, "GET", async (response) => new Uint8Array(await response.arrayBuffer()));
}

/** @param {string} run @param {number} after the number of the last event seen, 0 = none */
export function streamPath(run, after) {
  return `${runPath(run)}/stream?after=${after}`;
}

/** @param {string} run @param {string} format "csv", "json" or "ndjson" */
export function rowsPath(run, format) {
  return `${runPath(run)}/rows.${format}`;
}

/** @param {string} run */
function runPath(run) {
  return `/api/runs/${encodeURIComponent(run)}`;
}

/** @param {string} path @param {string} method @param {(response: Response) => Promise<any>} read @returns {Promise<any>} */
export async function ask(path, method = "GET", read = (response) => response.json()) {
  let problem = unreachable();
  try {
    const response = await fetch(path, { method, signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok) return await read(response);
    problem = await answerProblem(response);
  } catch (error) {
    // What is no JSON is the page on which a network asks who is there, for one. Of all else fetch does
    // not tell why: refused, cut in the middle and too slow are one to the reader.
    if (error instanceof SyntaxError) problem = problemOf(200, "", null);
  }
  throw new ProblemError(problem);
}

/** The problem that an answer which is no success carries. @param {Response} response @returns {Promise<Problem>} */
export async function answerProblem(response) {
  const text = await response.text().catch(() => "");
  return problemOf(response.status, text, response.headers.get("Retry-After"));
}
