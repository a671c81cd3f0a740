// @ts-check
/** The catalog page: every report, found by any word of it, and my runs. */

import { listReports } from "./api.js";
import { reportPath } from "./address.js";
import { element, find, setText } from "./element.js";
import { counted } from "./format.js";
import { MyRuns } from "./my-runs.js";
import { problemPanel } from "./problem-panel.js";
import { problemFrom } from "./problem.js";

const search = find(document, "#search", HTMLInputElement);
const list = find(document, "#reports", HTMLElement);

async function open() {
  const asked = listReports();
  const runs = new MyRuns();
  runs.open();
  try {
    const reports = await asked;
    showReports(reports);
    runs.know(reports);
  } catch (error) {
    const panel = problemPanel(problemFrom(error), { action: "Retry", retry: () => location.reload() });
    const problem = find(document, "#problem", HTMLElement);
    problem.replaceChildren(...panel);
    problem.hidden = false;
  }
  // The reports have pushed down what the address names.
  if (location.hash === "#runs") find(document, "#runs", HTMLElement).scrollIntoView();
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

open();
