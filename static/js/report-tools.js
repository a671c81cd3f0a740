// @ts-check
/**
 * What the reader does over the rows of the report page: columns, rows, values, exports. Each function
 * answers what it is named after: an event of the table, or a press on the element of that id.
 */

import { columnList } from "./column-list.js";
import { at, find, setText } from "./element.js";
import { isInProgress } from "./run-state.js";
import { goTo } from "./table-cells.js";

/** @typedef {import("./report-page.js").ReportPage} Page */

/** @param {Page} page */
export function columns(page) {
  // Reads the columns, too, that were hidden when the run began.
  const again = isInProgress(page.state) ? null : () => page.start({ ...page.asked(), columns: null });
  const all = page.report?.columns.length ?? 0;
  return page.using(() => import("./column-menu.js"), ({ openColumnMenu }) => openColumnMenu(page.table, at("columns"), all, again));
}

/** @param {Page} page @param {Event} event */
export function exports(page, { target }) {
  if (!(target instanceof HTMLButtonElement) || !page.isReady()) return;
  page.using(() => import("./export-start.js"), ({ startFrom }) => startFrom(target, page.name, page.asked()));
}

/** @param {Page} page */
export function goto({ table }) {
  const row = find(document, "#goto-row", HTMLInputElement).valueAsNumber - 1;
  goTo(table, { row, column: table.range.active.column });
  table.box.focus();
}

// The address takes the columns, for whoever is sent it; the next run reads no others.
/** @param {Page} page @param {Event} event */
export function columnschange(page, event) {
  const all = page.state.columns?.map(({ name }) => name) ?? [];
  // A name that stands twice says nothing to the server.
  const isTold = new Set(all).size === all.length;
  page.setAddress({ ...page.address, columns: isTold ? columnList(detail(event).columns) : null }, "replaceState");
  page.showFilters();
}

/** @param {Page} _page @param {Event} event */
export function copied(_page, event) {
  setText(at("said"), detail(event).words);
}

/** @param {Page} page @param {Event} event */
function look(page, event) {
  const { session: { store }, state: { columns } } = page;
  return page.using(() => import("./panels.js"), ({ openPanel }) => {
    if (columns && !page.panel?.isOpen) page.panel = openPanel(/** @type {CustomEvent} */ (event), store, columns, page.table);
  });
}

export { look as cellopen, look as recordopen };

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
