// @ts-check
/** The menus of the table's columns: of one of them, and of all. */

import { only } from "./cell-range.js";
import { copyRange } from "./copying.js";
import { movedTo, natural, neighbour, shownNames, toggledHidden, toggledPin } from "./column-edits.js";
import { fitWidth, focusEdge } from "./column-width.js";
import { Menu } from "./menu.js";
import { remember } from "./table-memory.js";

/** @typedef {import("./run-table.js").RunTable} RunTable */
/** @typedef {import("./table-columns.js").Arrangement} Arrangement */
/** @typedef {import("./menu.js").Item} Item */

/** What can be done with one column. @param {RunTable} table @param {Element} anchor @param {number} index its place in the run */
export function openHeadingMenu(table, anchor, index) {
  const label = `Column ${table.layout.columns[index]?.label ?? ""}`;
  new Menu(label, () => headingItems(table, index), table.box).open(anchor);
}

/** Which columns are shown. @param {RunTable} table @param {HTMLElement} anchor the button that opens it @param {number} all columns of the report @param {(() => void) | null} again reads them all; null while that cannot be */
export function openColumnMenu(table, anchor, all, again) {
  new Menu("Columns", () => [showAll(table), ...unread(table, all, again), ...columnItems(table)], anchor).open(anchor);
}

// Who looks for a column that was hidden when the run began finds the way to it here.
/** @param {RunTable} table @param {number} all @param {(() => void) | null} again @returns {Item[]} */
function unread({ layout: { columns } }, all, again) {
  const detail = `This run read ${columns.length} of the report's ${all} columns: those that were shown when it began.`;
  return columns.length < all ? [{ text: "Run again with all columns", detail, off: !again, press: () => again?.() }] : [];
}

/** @param {RunTable} table @param {number} index @returns {Item[]} */
function headingItems(table, index) {
  const { arrangement } = table.layout;
  const isPinned = arrangement.pins.has(index);
  const shown = arrangement.order.length - arrangement.hidden.size;
  return [
    { text: "Copy the column", press: () => copyColumn(table, index) },
    { text: "Fit to the values", press: () => fitWidth(table, index) },
    { text: "Change the width", press: () => focusEdge(table, index) },
    { text: isPinned ? "Unpin" : "Pin at the left", press: () => change(table, toggledPin(arrangement, index)) },
    moving(table, index, -1, "Move to the left"),
    moving(table, index, 1, "Move to the right"),
    { text: "Hide", off: shown < 2, press: () => change(table, toggledHidden(arrangement, index)) },
    showAll(table),
  ];
}

/** @param {RunTable} table @returns {Item[]} */
function columnItems(table) {
  const { arrangement, columns } = table.layout;
  return arrangement.order.map((index) => ({
    text: columns[index]?.label ?? "",
    detail: columns[index]?.type ?? "",
    checked: !arrangement.hidden.has(index),
    stays: true,
    press: () => change(table, toggledHidden(arrangement, index)),
  }));
}

/** @param {RunTable} table @returns {Item} */
function showAll(table) {
  const { arrangement, columns } = table.layout;
  return { text: "Show all, as they came", stays: true, off: shownNames(arrangement, columns) === null, press: () => change(table, natural(arrangement)) };
}

/** @param {RunTable} table @param {number} index @param {-1 | 1} step @param {string} text @returns {Item} */
function moving(table, index, step, text) {
  const { arrangement } = table.layout;
  const target = neighbour(arrangement, index, step);
  return { text, stays: true, off: target === null, press: () => target !== null && change(table, movedTo(arrangement, index, target)) };
}

/** Shows the columns otherwise, where the active one stays it; keeps it, and says so. @param {RunTable} table @param {Arrangement} arrangement */
export function change(table, arrangement) {
  const { layout, range, shown: before } = table;
  const { row, column } = range.active;
  const index = layout.placing.shown[column];
  const names = shownNames(arrangement, layout.columns);
  table.shown = names;
  layout.arrange(arrangement);
  table.draw();
  table.select(only({ row, column: Math.max(0, layout.placing.shown.indexOf(index)) }));
  remember(table.name, layout.kept);
  if (String(names) !== String(before)) table.dispatchEvent(new CustomEvent("columnschange", { detail: { columns: names }, bubbles: true }));
}

/** @param {RunTable} table @param {number} index */
function copyColumn(table, index) {
  const column = table.layout.placing.shown.indexOf(index);
  const cell = { row: table.range.active.row, column };
  table.select({ anchor: cell, active: cell, rows: true, columns: false });
  copyRange(table, null);
}
