// @ts-check
/** My runs in progress, each with a way to end it: for a reader who may not start another. */

import { reportPath } from "./address.js";
import { cancelRun, listRuns } from "./api.js";
import { button, element } from "./element.js";
import { rowCount } from "./format.js";
import { runAddress } from "./run-address.js";
import { isUnderWay } from "./status.js";

/** @param {Problem} problem which may bring them */
export async function runningRuns({ runs }) {
  const mine = runs ?? (await listRuns().catch(() => []));
  return element("ul", { class: "runs", "aria-label": "Your runs in progress" }, ...mine.filter(isUnderWay).map(item));
}

/** @param {RunRecord} record */
function item(record) {
  const { run, report, title, status, rows } = record;
  const link = element("a", { href: reportPath(report, runAddress(record)) }, title);
  const cancel = button("Cancel", () => end(run, made));
  cancel.setAttribute("aria-label", `Cancel ${title}`);
  const made = element("li", {}, link, element("span", {}, `${status}, ${rowCount(rows)}`), cancel);
  return made;
}

/** @param {string} run @param {HTMLElement} made */
async function end(run, made) {
  const ended = await cancelRun(run).then(() => true, () => false);
  if (!ended) return;
  // What has the keyboard goes: the button that tries again is what it was cancelled for.
  const next = made.closest(".problem")?.querySelector(".actions button");
  made.remove();
  if (next instanceof HTMLElement) next.focus();
}
