// @ts-check
/** The widths of columns: dragged, typed, or fitted to the values at hand. */

import { NARROWEST, WIDEST, remember } from "./table-memory.js";

/** @typedef {import("./run-table.js").RunTable} RunTable */

const STEPS = new Map([["ArrowLeft", -10], ["ArrowRight", 10], ["PageUp", 100], ["PageDown", -100]]);

/** Makes a column as wide as what is seen of it. @param {RunTable} table @param {number} index */
export function fitWidth(table, index) {
  const position = table.layout.placing.shown.indexOf(index);
  const cells = table.box.querySelectorAll(`[aria-colindex="${position + 2}"]`);
  // A column that is not drawn keeps its width.
  if (cells.length === 0) return;
  setWidth(table, index, NARROWEST);
  setWidth(table, index, Math.max(...Array.from(cells, neededWidth)));
  remember(table.name, table.layout.kept);
}

/** @param {Element} cell @returns {number} what it would take to show all (px) */
function neededWidth(cell) {
  const label = cell.querySelector(".label");
  const inside = Math.max(cell.scrollWidth, ...Array.from(cell.children, (child) => child.scrollWidth + (label ? 32 : 0)));
  return Math.ceil(inside) + 1;
}

/** @param {RunTable} table @param {number} index @param {PointerEvent} event that began on its edge */
export function dragWidth(table, index, event) {
  const edge = /** @type {HTMLElement} */ (event.target);
  const begun = table.layout.width(index) - event.clientX;
  const ended = new AbortController();
  const { signal } = ended;
  const end = () => (ended.abort(), remember(table.name, table.layout.kept));
  /** @param {PointerEvent} moved */
  const move = (moved) => {
    // The pointer may have been let go before this module was here.
    if ((moved.buttons & 1) === 0) return end();
    edge.setPointerCapture(event.pointerId);
    setWidth(table, index, begun + moved.clientX);
  };
  addEventListener("pointermove", move, { signal });
  for (const type of ["pointerup", "pointercancel"]) addEventListener(type, end, { signal });
}

/** Gives the keys to a column's edge. @param {RunTable} table @param {number} index */
export function focusEdge(table, index) {
  const edge = table.head.cell(index).querySelector(".edge");
  if (!(edge instanceof HTMLElement)) return;
  const label = `Width of ${table.layout.columns[index]?.label ?? ""}`;
  const given = { role: "separator", tabindex: "-1", "aria-orientation": "vertical", "aria-label": label, "aria-valuemin": NARROWEST, "aria-valuemax": WIDEST };
  for (const [name, value] of Object.entries(given)) edge.setAttribute(name, String(value));
  edge.dataset.begun = String(table.layout.width(index));
  say(edge, table.layout.width(index));
  edge.focus();
}

/** @param {RunTable} table @param {number} index @param {KeyboardEvent} event */
export function keyWidth(table, index, event) {
  const edge = /** @type {HTMLElement} */ (event.target);
  const step = STEPS.get(event.key);
  if (step) setWidth(table, index, table.layout.width(index) + step);
  else if (event.key === "Enter" || event.key === " ") fitWidth(table, index);
  else if (event.key === "Escape") setWidth(table, index, Number(edge.dataset.begun));
  else return;
  say(edge, table.layout.width(index));
  remember(table.name, table.layout.kept);
  if (!step) table.box.focus({ preventScroll: true });
}

/** @param {HTMLElement} edge @param {number} width */
function say(edge, width) {
  edge.setAttribute("aria-valuenow", String(width));
  edge.setAttribute("aria-valuetext", `${width} pixels`);
}

/** @param {RunTable} table @param {number} index @param {number} width */
function setWidth(table, index, width) {
  table.layout.setWidth(index, Math.round(Math.max(NARROWEST, Math.min(WIDEST, width))));
  table.draw();
}
