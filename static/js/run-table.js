// @ts-check
/**
 * `<run-table>`: a window of reused row elements over any number of rows. It is given columns and a
 * source of rows, never fetches, and says what its reader wants: `cellopen`, `recordopen`,
 * `columnschange`, `copied`.
 */

import { bounds, isOne, only } from "./cell-range.js";
import { ColumnLayout } from "./column-layout.js";
import { element } from "./element.js";
import { count } from "./format.js";
import { TableHead } from "./table-head.js";
import { recall } from "./table-memory.js";
import { TableRow } from "./table-row.js";
import { canvasHeight, emptyView, isAstray, isCornered, resized, scrolled, settled, visibleRows } from "./viewport.js";

/** `load` gives rows whether they are here or not, all before `to`. @typedef {{ length: number, row(index: number): Row | null, load?(from: number, to: number): Promise<Row[]> }} Source */
/** @typedef {import("./cell-range.js").Range} Range */

/** What shows that a reader turns to the table, or wants something of it. */
const INPUT = ["pointerover", "focusin", "pointerdown", "mousedown", "click", "dblclick", "keydown"];
const MOVING = /^(Arrow|Page|Home|End| )/;
/** Quiet after a scroll before the bar is put where it belongs (ms). */
const SETTLE = 200;
/** Rows that decide how wide the columns begin. */
const SAMPLE = 50;
/** Row elements made in one frame: thirty with twenty columns take longer than a frame may. */
const MADE = 6;
/** Row elements at most, whatever the size of the screen. */
const MOST_ROWS = 90;
/** Characters whose width says how wide one is. */
const PROBE = 20;
const KEYS = "Arrow keys move, with Shift they select. Enter opens the value, Shift+Enter the row, Alt+Down the column's menu.";

export class RunTable extends HTMLElement {
  /** The report: widths and pins are kept by it. */
  name = "";
  /** @type {Source} */
  source = { length: 0, row: () => null };
  layout = new ColumnLayout([], null, recall(""));
  range = only({ row: 0, column: 0 });
  head = new TableHead();
  body = element("div", { role: "rowgroup", class: "body" });
  /** Names of the columns to show, in their order; null is all of them. @type {string[] | null} */
  shown = null;
  /** @type {TableRow[]} */
  #rows = [];
  view = emptyView();
  /** How far the scroll box is scrolled (px). */
  left = 0;
  #top = 0;
  #sized = false;
  #complete = false;
  #frame = 0;
  /** The frame in which row elements were made last. @type {CSSNumberish | null} */
  #made = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;
  /** The active cell's element. @type {HTMLElement | undefined} */
  #active;
  #window = element("div", { class: "window" }, element("div", { role: "rowgroup", class: "head" }, this.head.element), this.body);
  #canvas = element("div", { class: "canvas" }, this.#window);
  #probe = element("div", { class: "probe", "aria-hidden": "true" }, "0".repeat(PROBE));
  box = element("div", { role: "grid", class: "grid", tabindex: 0, "aria-label": "Rows", "aria-description": KEYS, "aria-readonly": "true", "aria-multiselectable": "true" }, this.#canvas);
  /** @type {import("./table-input.js").TableInput | undefined} */
  #input;
  /** What the reader did before the answers to it were here. @type {Event[]} */
  #early = [];
  /** Of the scroll box's inside and of the heading (px), read when they change: to read is to lay out. */
  #size = { width: 0, height: 0, head: 0, character: 8 };
  #observer = new ResizeObserver(() => this.#resized());

  connectedCallback() {
    this.append(this.box, this.#probe);
    for (const sized of [this.box, this.head.element, this.#probe]) this.#observer.observe(sized);
    this.box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    for (const type of INPUT) this.box.addEventListener(type, (event) => this.#answer(event));
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    this.#input?.leave();
  }

  /** Shows another run from its first row. @param {Source} source @param {Column[]} columns @param {string[] | null} shown names of those to show */
  open(source, columns, shown = null) {
    this.source = source;
    this.shown = shown;
    this.layout = new ColumnLayout(columns, shown, recall(this.name));
    this.head.open(columns);
    this.view = emptyView();
    this.range = only({ row: 0, column: 0 });
    this.#sized = false;
    this.#rows = [];
    this.body.replaceChildren();
    this.#top = this.left = 0;
    this.box.scrollTo(0, 0);
  }

  /** Draws what has changed in the source. @param {boolean} complete whether no more rows will come */
  update(complete) {
    this.#complete = complete;
    this.draw();
  }

  /** @param {Range} range */
  select(range) {
    this.range = range;
    this.draw();
  }

  /** What is selected, at least the active cell. */
  get bounds() {
    return bounds(this.range, this.source.length, this.layout.placing.shown.length);
  }

  draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#measure();
    this.#drawColumns();
    this.#drawRows();
    this.#mark();
    if (this.#settling === undefined && isAstray(this.view)) this.view = settled(this.view);
    if (this.#top !== this.view.scrollTop) this.box.scrollTop = this.#top = this.view.scrollTop;
  }

  #measure() {
    const total = this.source.length;
    const { width, height, head, character } = this.#size;
    // The heading counts; while rows still come, nobody knows how many there are.
    this.box.ariaRowCount = String(this.#complete ? total + 1 : -1);
    // Wide enough for 999,999 from the beginning, so that it seldom has to grow.
    this.layout.measure(character, Math.max(7, count(total).length), width);
    const { rows, top } = this.view;
    this.view = resized(this.view, total, Math.max(0, height - head));
    // Who went to the last row with a key stays at the last row.
    const { row, column } = this.range.active;
    if (this.view.top > top && row === rows - 1 && isOne(this.range)) this.range = only({ row: total - 1, column });
    this.#canvas.style.height = `${canvasHeight(this.view) + head}px`;
    if (!this.#sized && total > 0) this.#fit(Math.min(total, SAMPLE));
  }

  // Once, with the first rows: columns that move while rows arrive cannot be read.
  /** @param {number} sample */
  #fit(sample) {
    const rows = Array.from({ length: sample }, (_, index) => this.source.row(index));
    const present = rows.filter((row) => row !== null);
    this.#sized = present.length > 0;
    if (!this.#sized) return;
    this.layout.fit(present);
    // Soon after the first rows, while the server is surely there.
    setTimeout(() => this.#attend(), SETTLE);
  }

  #drawColumns() {
    const drawn = this.layout.drawn(this.left);
    if (!drawn) return;
    this.box.ariaColCount = String(this.layout.placing.shown.length + 1);
    for (const [name, value] of Object.entries(drawn.lengths)) this.#canvas.style.setProperty(name, value);
    this.head.arrange(drawn.slots);
    for (const row of this.#rows) row.arrange(drawn.slots);
  }

  #drawRows() {
    const { first, shift, count: shown } = visibleRows(this.view);
    this.#pool(Math.min(shown, MOST_ROWS));
    this.#turn(first - (this.#rows[0]?.index ?? first));
    this.body.style.transform = `translateY(${-shift}px)`;
    this.#rows.forEach((row, at) => row.show(first + at, this.source.row(first + at)));
  }

  /** @param {number} size */
  #pool(size) {
    // The page and the table itself may each draw in one frame.
    const frame = document.timeline.currentTime;
    const most = frame === this.#made ? this.#rows.length : Math.min(size, this.#rows.length + MADE);
    if (most < size) this.#frame = requestAnimationFrame(() => this.draw());
    if (most > this.#rows.length) this.#made = frame;
    while (this.#rows.length < most) {
      const row = new TableRow();
      row.arrange(this.layout.slots);
      this.#rows.push(row);
      this.body.append(row.element);
    }
    for (const row of this.#rows.splice(size)) row.element.remove();
  }

  // Rows that stay in the window keep their elements, so that few are written anew.
  /** @param {number} rows how many leave at the top; less than 0: at the bottom */
  #turn(rows) {
    if (rows === 0 || Math.abs(rows) >= this.#rows.length) return;
    const leaving = rows > 0 ? this.#rows.splice(0, rows) : this.#rows.splice(rows);
    const elements = leaving.map((row) => row.element);
    if (rows > 0) this.body.append(...elements);
    else this.body.prepend(...elements);
    this.#rows = rows > 0 ? [...this.#rows, ...leaving] : [...leaving, ...this.#rows];
  }

  #mark() {
    const { top, bottom, left, right } = this.bounds;
    const { row, column } = this.range.active;
    const most = isOne(this.range) ? -1 : right;
    for (const each of this.#rows) each.select(left, top <= each.index && each.index <= bottom ? most : -1);
    this.#active?.classList.remove("active");
    this.#active?.removeAttribute("id");
    this.#active = this.#rows.find((each) => each.index === row)?.cell(column);
    if (!this.#active) return this.box.removeAttribute("aria-activedescendant");
    this.#active.classList.add("active");
    // Elements are reused: the id goes with the row and the column.
    this.#active.id = `cell-${row}-${column}`;
    this.box.setAttribute("aria-activedescendant", this.#active.id);
  }

  #resized() {
    // On paper there is no box to fill: what is printed is what was seen.
    if (matchMedia("print").matches) return;
    const { clientWidth, clientHeight } = this.box;
    const character = this.#probe.offsetWidth / PROBE || this.#size.character;
    this.#size = { width: clientWidth, height: clientHeight, head: this.head.element.offsetHeight, character };
    this.#window.style.height = `${clientHeight}px`;
    this.draw();
  }

  #scrolled() {
    this.left = this.box.scrollLeft;
    this.#top = this.box.scrollTop;
    this.view = scrolled(this.view, this.#top);
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), isCornered(this.view) ? 0 : SETTLE);
    this.#frame ||= requestAnimationFrame(() => this.draw());
  }

  #settle() {
    this.#settling = undefined;
    this.view = settled(this.view);
    this.draw();
  }

  /** @param {Event} event */
  #answer(event) {
    if (this.#input) return this.#input.handle(event);
    // Or the browser would scroll by them.
    if (event instanceof KeyboardEvent && MOVING.test(event.key)) event.preventDefault();
    if (this.#early.push(event) === 1) this.#attend();
  }

  async #attend() {
    if (this.#input) return;
    const loaded = await import("./table-input.js").catch(() => null);
    const early = this.#early.splice(0);
    if (!loaded || this.#input) return;
    this.#input = new loaded.TableInput(this);
    for (const event of early) this.#input.handle(event);
  }
}

customElements.define("run-table", RunTable);
