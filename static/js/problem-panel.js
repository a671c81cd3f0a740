// @ts-check
/** An error as the reader sees it: what happened, what to do, and the buttons that do it. */

import { reportPath, runAddress } from "./address.js";
import { button, element } from "./element.js";
import { rowCount } from "./format.js";

/** @typedef {{ retry: () => void, cancelRun: (run: string) => void }} Remedies */

/**
 * @param {Problem} problem
 * @param {{ kept: string, runs: RunRecord[], action: string }} facts what has become of the rows, my runs in progress, the word on the button
 * @param {Remedies} remedies
 */
export function problemPanel(problem, { kept, runs, action }, remedies) {
  const wait = problem.retry_after ? `The server asks to wait ${problem.retry_after} s.` : "";
  const sentences = [problem.detail, problem.hint, kept, wait].filter(Boolean);
  return [
    element("h2", {}, problem.title),
    element("p", {}, sentences.join(" ")),
    ...(runs.length ? [runList(runs, remedies)] : []),
    element("p", { class: "actions" }, button(action, remedies.retry), element("a", { href: "/" }, "All reports")),
  ];
}

/** @param {RunRecord[]} runs @param {Remedies} remedies */
function runList(runs, remedies) {
  return element("ul", { class: "runs", "aria-label": "Your runs in progress" }, ...runs.map((run) => {
    const cancel = button("Cancel", () => remedies.cancelRun(run.run));
    cancel.setAttribute("aria-label", `Cancel ${run.title}`);
    return element("li", {}, runLink(run), element("span", {}, `${run.status}, ${rowCount(run.rows)}`), cancel);
  }));
}

/** A link to the run on its report's page. @param {RunRecord} run */
export function runLink(run) {
  return element("a", { href: reportPath(run.report, runAddress(run)) }, run.title);
}
