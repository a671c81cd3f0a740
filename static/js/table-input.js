// @ts-check
/** What a reader does in the table with keys, pointer and clipboard; comes when he first turns to it. */

import { only } from "./cell-range.js";
import { copyRange } from "./copying.js";
import { dragRange } from "./range-drag.js";
import { goTo, placeAt } from "./table-cells.js";
import { commandOf, moved } from "./table-keys.js";
import { pageRows } from "./table-moves.js";

/** @typedef {import("./run-table.js").RunTable} RunTable */

export class TableInput {
  #table;
  /** Whether the cell that is pressed was the active one before. */
  #again = false;
  /** @type {typeof import("./column-heading.js") | undefined} */
  #headings;
  #gone = new AbortController();

  /** @param {RunTable} table */
  constructor(table) {
    this.#table = table;
    // While no text is selected, browsers send these to the document's body.
    for (const type of ["copy", "beforecopy"]) document.addEventListener(type, (event) => this.#copied(event), { signal: this.#gone.signal });
  }

  leave() {
    this.#gone.abort();
  }

  /** What was done in the table. @param {Event} event */
  handle(event) {
    const target = /** @type {Element} */ (event.target);
    if (event.type === "focusin") this.#table.draw();
    else if (target.closest(".head")) this.#heading(event, target);
    else if (event instanceof KeyboardEvent) this.#keydown(event);
    else if (event instanceof MouseEvent && target.closest(".body")) this.#pointer(event);
  }

  /** @param {MouseEvent} event */
  #pointer(event) {
    if (event.type === "mousedown") this.#press(event);
    else if (event.type === "dblclick") this.#open(placeAt(this.#table, event).column < 0);
    // A finger has no double click that all browsers know of.
    else if (event.type === "click" && this.#again && "pointerType" in event && event.pointerType === "touch") this.#open(false);
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    const table = this.#table;
    const command = commandOf(event);
    const cell = command ? null : moved(event, table.range.active, pageRows(table.view));
    if (command) this.#obey(command);
    else if (cell) goTo(table, cell, event.shiftKey);
    if (command || cell) event.preventDefault();
  }

  /** @param {import("./table-keys.js").Command} command */
  #obey(command) {
    const { range } = this.#table;
    if (command === "open" || command === "record") return this.#open(command === "record");
    if (command === "menu") return this.#menu();
    if (command === "clear") return this.#table.select(only(range.active));
    const whole = { rows: command !== "columns", columns: command !== "rows" };
    this.#table.select({ ...range, rows: range.rows || whole.rows, columns: range.columns || whole.columns });
  }

  async #menu() {
    const { layout, range, head } = this.#table;
    const index = layout.placing.shown[range.active.column];
    if (index === undefined) return;
    const { openHeadingMenu } = await import("./column-menu.js");
    openHeadingMenu(this.#table, head.cell(index), index);
  }

  /** @param {boolean} whole the row, or the active cell alone */
  #open(whole) {
    const { source, layout, range } = this.#table;
    const { row, column } = range.active;
    const index = layout.placing.shown[column] ?? -1;
    // The row itself may still be on its way.
    if (row >= source.length || index < 0) return;
    const detail = whole ? { row } : { value: source.row(row)?.[index], row, column: layout.columns[index] };
    this.#table.dispatchEvent(new CustomEvent(whole ? "recordopen" : "cellopen", { detail, bubbles: true }));
  }

  /** @param {MouseEvent} event */
  #press(event) {
    const table = this.#table;
    const { row, column } = placeAt(table, event);
    const { active } = table.range;
    if (event.button !== 0 || row >= table.source.length) return;
    this.#again = active.row === row && active.column === column;
    goTo(table, { row, column: column < 0 ? active.column : column }, event.shiftKey);
    if (column < 0) table.select({ ...table.range, columns: true });
    dragRange(table);
  }

  /** @param {Event} event @param {Element} target */
  async #heading(event, target) {
    if (event instanceof KeyboardEvent && target.matches(".edge") && event.key !== "Tab") event.preventDefault();
    if (this.#headings) return this.#headings.headingEvent(this.#table, event);
    // Comes with the pointer over the headings, to be there when it presses.
    this.#headings = await import("./column-heading.js");
    this.#headings.headingEvent(this.#table, event);
  }

  /** @param {Event} event `beforecopy` asks browsers that copy only selected text to copy here, too */
  #copied(event) {
    if (document.activeElement !== this.#table.box || this.#table.source.length === 0) return;
    event.preventDefault();
    if (event.type === "copy" && event instanceof ClipboardEvent) copyRange(this.#table, event.clipboardData);
  }
}
