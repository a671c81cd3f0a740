// @ts-check
/** The exports' addresses as functions; each answers with data or throws a ProblemError. */

import { ask } from "./api.js";
import { exportPath } from "./export-address.js";

/** @returns {Promise<ExportRecord[]>} mine, newest first */
export async function listExports() {
  return (await ask("/api/exports")).exports;
}

/** @param {Asked} asked @returns {Promise<ExportRecord>} */
export async function startExport(asked) {
  return ask(exportPath(asked), "POST");
}

/** Cancels what is in progress; deletes what has ended, its file too. @param {string} id */
export async function endExport(id) {
  await ask(`/exports/${encodeURIComponent(id)}`, "DELETE", (response) => response.text());
}
