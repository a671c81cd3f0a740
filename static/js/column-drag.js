// @ts-check
/** A column that is moved by its heading: a line shows where it will be put down. */

import { movedTo } from "./column-edits.js";
import { change } from "./column-menu.js";
import { element } from "./element.js";
import { placeAt } from "./table-cells.js";

/** How far the pointer moves before the heading comes along (px). */
const SLACK = 6;

/** @param {import("./run-table.js").RunTable} table @param {HTMLElement} heading @param {number} index @param {PointerEvent} event */
export function dragColumn(table, heading, index, event) {
  // A finger on the heading scrolls; it has the menu.
  if (event.pointerType !== "mouse" || event.button !== 0) return;
  const ended = new AbortController();
  const { signal } = ended;
  const line = element("div", { class: "drop" });
  /** @type {number | null} */
  let target = null;

  /** @param {PointerEvent} moved */
  const move = (moved) => {
    if ((moved.buttons & 1) === 0) return end();
    if (!line.parentNode && Math.abs(moved.clientX - event.clientX) < SLACK) return;
    heading.classList.add("dragged");
    target = targetAt(table, index, moved);
    showLine(table, line, index, target);
  };
  const end = () => {
    ended.abort();
    line.remove();
    heading.classList.remove("dragged");
  };
  const drop = () => {
    end();
    if (target !== null && target !== index) change(table, movedTo(table.layout.arrangement, index, target));
  };
  addEventListener("pointermove", move, { signal });
  addEventListener("pointerup", drop, { signal });
  addEventListener("pointercancel", end, { signal });
  addEventListener("keydown", ({ key }) => key === "Escape" && end(), { signal });
}

/** The column whose place it would take; pinned ones stay together. @param {import("./run-table.js").RunTable} table @param {number} index @param {PointerEvent} event */
function targetAt(table, index, event) {
  const { placing, arrangement } = table.layout;
  const found = placing.shown[Math.max(0, placeAt(table, event).column)] ?? index;
  return arrangement.pins.has(found) === arrangement.pins.has(index) ? found : null;
}

/** @param {import("./run-table.js").RunTable} table @param {HTMLElement} line @param {number} index @param {number | null} target */
function showLine(table, line, index, target) {
  if (!line.parentNode) table.append(line);
  line.hidden = target === null || target === index;
  if (target === null) return;
  const { shown } = table.layout.placing;
  const over = table.head.cell(target).getBoundingClientRect();
  const edge = shown.indexOf(target) > shown.indexOf(index) ? over.right : over.left;
  line.style.left = `${edge - table.getBoundingClientRect().left}px`;
}
