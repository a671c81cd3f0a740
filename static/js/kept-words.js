// @ts-check
/** What has become of the rows of a run that has failed. Pure. */

import { rowCount } from "./format.js";

/** @param {import("./run-state.js").RunState} state */
export function keptWords({ rows, run }) {
  return rows === 0 ? "" : `${rowCount(rows)} arrived before and ${run === null ? "stay on this page" : "are kept"}.`;
}
