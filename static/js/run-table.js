// @ts-check
/**
 * `<run-table>`: a window of reused row elements over any number of rows. It is given columns and a
 * source of rows, never fetches, and says `cellopen` when a value is to be seen whole.
 */

import { element } from "./element.js";
import { columnWidths, isNumeric } from "./column-type.js";
import { count } from "./format.js";
import { TableRow } from "./table-row.js";
import {
  canvasHeight,
  emptyView,
  pageRows,
  resized,
  revealed,
  scrolled,
  settled,
  visibleRows,
} from "./viewport.js";

/** @typedef {{ length: number, row(index: number): Row | null }} Source */

/** Quiet after a scroll before the bar is put where it belongs (ms). */
const SETTLE = 200;
/** Rows that decide how wide the columns begin. */
const SAMPLE = 50;
/** Row elements at most, whatever the size of the screen. */
const MOST_ROWS = 90;

export class RunTable extends HTMLElement {
  /** @type {Source | null} */
  #source = null;
  /** @type {Column[]} */
  #columns = [];
  /** @type {TableRow[]} */
  #rows = [];
  #view = emptyView();
  #active = { row: 0, column: 0 };
  #sized = false;
  #complete = false;
  #frame = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;
  #head = element("div", { role: "row", "aria-rowindex": 1 });
  #body = element("div", { role: "rowgroup", class: "body" });
  #window = element("div", { class: "window" }, element("div", { role: "rowgroup", class: "head" }, this.#head), this.#body);
  #canvas = element("div", { class: "canvas" }, this.#window);
  #box = element("div", { role: "grid", class: "grid", tabindex: 0, "aria-label": "Rows", "aria-readonly": "true" }, this.#canvas);
  /** Heights of the scroll box's inside and of the heading (px), read when they change: to read is to lay out. */
  #size = { box: 0, head: 0 };
  #observer = new ResizeObserver(() => this.#resized());

  static define() {
    customElements.define("run-table", RunTable);
  }

  connectedCallback() {
    this.append(this.#box);
    this.#observer.observe(this.#box);
    this.#observer.observe(this.#head);
    this.#box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#box.addEventListener("keydown", (event) => this.#keydown(event));
    this.#body.addEventListener("click", (event) => this.#point(event));
    this.#body.addEventListener("dblclick", () => this.#open());
    this.#box.addEventListener("focus", () => this.#markActive());
    this.#box.addEventListener("copy", (event) => this.#copy(event));
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  /** Shows another run from its first row. @param {Source} source @param {Column[]} columns */
  open(source, columns) {
    this.#source = source;
    this.#columns = columns;
    this.#view = emptyView();
    this.#active = { row: 0, column: 0 };
    this.#sized = false;
    this.#rows = [];
    this.#body.replaceChildren();
    this.#head.replaceChildren(heading("#", "number", 0), ...columns.map(columnHeading));
    this.#box.setAttribute("aria-colcount", String(columns.length + 1));
    this.#setWidths([]);
    this.#box.scrollTo(0, 0);
  }

  /** Draws what has changed in the source. @param {boolean} complete whether no more rows will come */
  update(complete) {
    this.#complete = complete;
    this.#draw();
  }

  /** Makes a cell the active one and scrolls to it. @param {number} row @param {number} column among the columns that `open` was given */
  reveal(row, column) {
    this.#moveTo(row, column);
  }

  #resized() {
    this.#size = { box: this.#box.clientHeight, head: this.#head.offsetHeight };
    this.#window.style.height = `${this.#size.box}px`;
    this.#draw();
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#source === null) return;
    this.#measure(this.#source);
    const { first, shift, count: shown } = visibleRows(this.#view);
    this.#pool(Math.min(shown, MOST_ROWS));
    this.#body.style.transform = `translateY(${-shift}px)`;
    const source = this.#source;
    this.#rows.forEach((row, index) => row.show(first + index, source.row(first + index)));
    this.#markActive();
  }

  /** @param {Source} source */
  #measure(source) {
    const total = source.length;
    const { box, head } = this.#size;
    // The heading counts; while rows still come, nobody knows how many there are.
    this.#box.setAttribute("aria-rowcount", String(this.#complete ? total + 1 : -1));
    if (total !== this.#view.rows) {
      // Wide enough for 999,999 from the beginning, so that it seldom has to grow.
      const digits = Math.max(7, count(total).length);
      this.style.setProperty("--digits", `${digits}ch`);
    }
    this.#view = resized(this.#view, total, Math.max(0, box - head));
    this.#canvas.style.height = `${canvasHeight(this.#view) + head}px`;
    if (!this.#sized && total > 0) this.#fit(source, Math.min(total, SAMPLE));
  }

  // Once, with the first rows: columns that move while rows arrive cannot be read.
  /** @param {Source} source @param {number} sample */
  #fit(source, sample) {
    const rows = Array.from({ length: sample }, (_, index) => source.row(index));
    const present = rows.filter((row) => row !== null);
    if (present.length === 0) return;
    this.#sized = true;
    this.#setWidths(present);
  }

  /** @param {Row[]} rows */
  #setWidths(rows) {
    const widths = columnWidths(this.#columns, rows).map((width) => `${width.toFixed(1)}ch`);
    this.#window.style.setProperty("--columns", `var(--number-width) ${widths.join(" ")} minmax(0, 1fr)`);
  }

  /** @param {number} size */
  #pool(size) {
    while (this.#rows.length < size) {
      const row = new TableRow(this.#columns);
      this.#rows.push(row);
      this.#body.append(row.element);
    }
    for (const row of this.#rows.splice(size)) row.element.remove();
  }

  #scrolled() {
    this.#view = scrolled(this.#view, this.#box.scrollTop);
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), SETTLE);
    this.#schedule();
  }

  #settle() {
    this.#view = settled(this.#view);
    if (Math.abs(this.#box.scrollTop - this.#view.scrollTop) >= 1) this.#box.scrollTop = this.#view.scrollTop;
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    const next = event.key === "Enter" ? this.#active : this.#target(event);
    if (next === null) return;
    event.preventDefault();
    if (event.key === "Enter") this.#open();
    else this.#moveTo(next.row, next.column);
  }

  /** Where a key leads, by the data grid pattern of WAI-ARIA. @param {KeyboardEvent} event */
  #target({ key, ctrlKey, metaKey }) {
    const { row, column } = this.#active;
    const far = ctrlKey || metaKey;
    const page = pageRows(this.#view);
    switch (key) {
      case "ArrowUp":
        return { row: far ? 0 : row - 1, column };
      case "ArrowDown":
        return { row: far ? Infinity : row + 1, column };
      case "ArrowLeft":
        return { row, column: column - 1 };
      case "ArrowRight":
        return { row, column: column + 1 };
      case "PageUp":
        return { row: row - page, column };
      case "PageDown":
        return { row: row + page, column };
      case "Home":
        return { row: far ? 0 : row, column: 0 };
      case "End":
        return { row: far ? Infinity : row, column: Infinity };
      default:
        return null;
    }
  }

  /** @param {number} row @param {number} column */
  #moveTo(row, column) {
    this.#active = {
      row: Math.max(0, Math.min((this.#source?.length ?? 0) - 1, row)),
      column: Math.max(0, Math.min(this.#columns.length - 1, column)),
    };
    this.#view = revealed(this.#view, this.#active.row);
    this.#draw();
    if (this.#box.scrollTop !== this.#view.scrollTop) this.#box.scrollTop = this.#view.scrollTop;
    this.#activeCell()?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {MouseEvent} event */
  #point(event) {
    const cell = event.target instanceof Element ? event.target.closest("[role=gridcell]") : null;
    const row = this.#rows.find((shown) => shown.element === cell?.parentElement);
    if (!cell || !row) return;
    this.#active = { row: row.index, column: Number(cell.getAttribute("aria-colindex")) - 2 };
    this.#markActive();
  }

  #markActive() {
    this.#body.querySelector(".active")?.classList.remove("active");
    const cell = this.#activeCell();
    if (!cell) return this.#box.removeAttribute("aria-activedescendant");
    cell.classList.add("active");
    // Row elements are reused: the id goes with the row, not with the element.
    cell.id = `cell-${this.#active.row}-${this.#active.column}`;
    this.#box.setAttribute("aria-activedescendant", cell.id);
  }

  #activeCell() {
    return this.#rows.find((row) => row.index === this.#active.row)?.cell(this.#active.column);
  }

  #activeValue() {
    return this.#source?.row(this.#active.row)?.[this.#active.column];
  }

  #open() {
    const value = this.#activeValue();
    if (value === undefined) return;
    const detail = { value, row: this.#active.row, column: this.#columns[this.#active.column] };
    this.dispatchEvent(new CustomEvent("cellopen", { detail, bubbles: true }));
  }

  // Without a selection of the reader's own, the active cell's whole value.
  /** @param {ClipboardEvent} event */
  #copy(event) {
    const value = this.#activeValue();
    if (value === undefined || !getSelection()?.isCollapsed) return;
    event.clipboardData?.setData("text/plain", value ?? "");
    event.preventDefault();
  }
}

/** @param {Column} column @param {number} index */
function columnHeading(column, index) {
  const made = heading("", isNumeric(column.type) ? "numeric" : "", index + 1);
  made.title = `${column.name}: ${column.type}`;
  made.append(element("span", { class: "label", dir: "auto" }, column.label), element("span", { class: "type" }, column.type));
  return made;
}

/** @param {string} text @param {string} look @param {number} index */
function heading(text, look, index) {
  return element("div", { role: "columnheader", class: look, "aria-colindex": index + 1 }, text);
}
