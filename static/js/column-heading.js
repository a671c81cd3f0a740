// @ts-check
/** What a reader does on the headings of the table: menus, edges to drag, columns to move. */

import { dragColumn } from "./column-drag.js";
import { openHeadingMenu } from "./column-menu.js";
import { dragWidth, fitWidth, keyWidth } from "./column-width.js";

/** @param {import("./run-table.js").RunTable} table @param {Event} event */
export function headingEvent(table, event) {
  const target = /** @type {Element} */ (event.target);
  const cell = target.closest("[data-column]");
  if (!(cell instanceof HTMLElement)) return;
  const index = Number(cell.dataset.column);
  if (target.matches(".edge")) return edgeEvent(table, index, event);
  if (target.matches(".options") && event.type === "click") openHeadingMenu(table, target, index);
  if (event.type === "pointerdown") dragColumn(table, cell, index, /** @type {PointerEvent} */ (event));
}

/** @param {import("./run-table.js").RunTable} table @param {number} index @param {Event} event */
function edgeEvent(table, index, event) {
  if (event.type === "dblclick") fitWidth(table, index);
  else if (event instanceof KeyboardEvent) keyWidth(table, index, event);
  else if (event.type === "pointerdown") dragWidth(table, index, /** @type {PointerEvent} */ (event));
}
