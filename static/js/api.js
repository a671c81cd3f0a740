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

/** @param {string} run @param {number} after the number of the last chunk known @returns {Promise<ChunkIndex>} of the later ones */
export async function askChunkIndex(run, after = 0) {
  return askJson(`${runPath(run)}/chunks?after=${after}`);
}

/** @param {string} run @param {number} chunk @returns {Promise<Uint8Array>} the chunk's JSON, not parsed */
export async function askChunk(run, chunk) {
  return reach(`${runPath(run)}/chunks/${chunk}`, "GET", async (response) => new Uint8Array(await response.arrayBuffer()));
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
  const text = await ask(path, method);
  try {
    return JSON.parse(text);
  } catch {
    // The page on which a network asks who is there, for one.
    throw new ProblemError(problemOf(200, "", null));
  }
}

/** @param {string} path @param {string} method @returns {Promise<string>} */
export async function ask(path, method = "GET") {
  return reach(path, method, (response) => response.text());
}

/** @template T @param {string} path @param {string} method @param {(response: Response) => Promise<T>} read @returns {Promise<T>} */
async function reach(path, method, read) {
  let problem = unreachable();
  try {
    const response = await fetch(path, { method, signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok) return await read(response);
    problem = await answerProblem(response);
  } catch {
    // fetch does not tell why: refused, cut in the middle and too slow are one to the reader.
  }
  throw new ProblemError(problem);
}

/** The problem that an answer which is no success carries. @param {Response} response @returns {Promise<Problem>} */
export async function answerProblem(response) {
  const text = await response.text().catch(() => "");
  return problemOf(response.status, text, response.headers.get("Retry-After"));
}
