// @ts-check
/** The catalog page: every report, found by any word of it, and the reader's own latest runs. */

import { listReports, listRuns } from "./api.js";
import { reportPath } from "./address.js";
import { element, find, setText } from "./element.js";
import { ago, counted, rowCount } from "./format.js";
import { problemPanel, runLink } from "./problem-panel.js";
import { problemFrom } from "./problem.js";

/** Runs shown; the rest is history. */
const LATEST = 6;

const search = find(document, "#search", HTMLInputElement);
const list = find(document, "#reports", HTMLElement);

async function open() {
  showRuns();
  try {
    showReports(await listReports());
  } catch (error) {
    const remedies = { retry: () => location.reload(), cancelRun: () => {} };
    const panel = problemPanel(problemFrom(error), { kept: "", runs: [], action: "Retry" }, remedies);
    const problem = find(document, "#problem", HTMLElement);
    problem.replaceChildren(...panel);
    problem.hidden = false;
  }
}

/** @param {ReportRecord[]} reports */
function showReports(reports) {
  const items = reports.map((report) => ({ item: reportItem(report), text: searchText(report) }));
  list.replaceChildren(...items.map(({ item }) => item));
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/);
    for (const { item, text } of items) item.hidden = !words.every((word) => text.includes(word));
    const shown = items.filter(({ item }) => !item.hidden).length;
    setText(find(document, "#found", HTMLElement), shown ? counted(shown, "report") : "No report has these words.");
  };
  search.addEventListener("input", filter);
  filter();
}

/** @param {ReportRecord} report */
function searchText({ name, title, description, parameters }) {
  return [name, title, description, ...parameters.map(({ label }) => label)].join(" ").toLowerCase();
}

/** @param {ReportRecord} report */
function reportItem({ name, title, description, parameters }) {
  const asks = parameters.map(({ label }) => label).join(", ");
  return element(
    "li",
    {},
    element("h2", {}, element("a", { href: reportPath(name) }, title), element("code", {}, name)),
    element("p", {}, description),
    ...(asks ? [element("p", { class: "asks" }, `Asks for: ${asks}`)] : []),
  );
}

// Where runs are listed to nobody, the page is whole without them.
async function showRuns() {
  const runs = (await listRuns().catch(() => [])).slice(0, LATEST);
  const now = new Date();
  const items = runs.map((run) =>
    element(
      "li",
      { "data-status": run.status },
      runLink(run),
      element("span", { class: "state" }, run.status),
      element("span", {}, `${rowCount(run.rows)}, ${ago(run.created_at, now)}`),
    ),
  );
  find(document, "#runs", HTMLElement).replaceChildren(...items);
  find(document, "#latest", HTMLElement).hidden = items.length === 0;
}

open();
