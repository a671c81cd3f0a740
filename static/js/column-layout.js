// @ts-check
/** The table's columns as they lie now: their widths, their order, and which of them are drawn. Touches no element. */

import { columnWidths, isNumeric } from "./column-type.js";
import { arranged, columnSpan, edge, placed } from "./table-columns.js";

/** @typedef {import("./table-columns.js").Arrangement} Arrangement */
/** @typedef {import("./table-row.js").Slot} Slot */

/** The row number's own margins (px). */
const NUMBER_MARGIN = 14;

export class ColumnLayout {
  columns;
  /** The reader's own widths, by name (px). */
  given;
  arrangement;
  /** @type {import("./table-columns.js").Placing} */
  placing = { shown: [], pinned: 0, edges: [0] };
  /** Width of the row numbers (px). */
  number = 0;
  /** Width left for columns in the box (px). */
  room = 0;
  /** The cells that every row has. @type {Slot[]} */
  slots = [];
  /** Widths that the rows ask for (characters). */
  #asked;
  #character = 8;
  /** @type {import("./table-columns.js").Span | undefined} nothing is drawn rightly without one */
  #span;

  /** @param {Column[]} columns @param {string[] | null} shown @param {import("./table-memory.js").Kept} kept */
  constructor(columns, shown, { widths, pins }) {
    this.columns = columns;
    this.given = widths;
    this.arrangement = arranged(columns, shown, pins);
    this.#asked = columnWidths(columns, []);
  }

  /** @param {Row[]} rows */
  fit(rows) {
    this.#asked = columnWidths(this.columns, rows);
    this.#span = undefined;
  }

  /** @param {number} character its width (px) @param {number} digits of the last row's number @param {number} box its width (px) */
  measure(character, digits, box) {
    const number = Math.ceil(digits * character) + NUMBER_MARGIN;
    if (character === this.#character && number === this.number && box - number === this.room) return;
    this.#character = character;
    this.number = number;
    this.room = box - number;
    this.#span = undefined;
  }

  /** @param {Arrangement} arrangement */
  arrange(arrangement) {
    this.arrangement = arrangement;
    this.#span = undefined;
  }

  /** What of it is remembered for the next visit. */
  get kept() {
    return { widths: this.given, pins: [...this.arrangement.pins].map((index) => this.columns[index].name) };
  }

  /** @param {number} index of a column in the run */
  width(index) {
    return this.given[this.columns[index].name] ?? Math.round(this.#asked[index] * this.#character);
  }

  /** @param {number} index @param {number} width (px) */
  setWidth(index, width) {
    this.given[this.columns[index].name] = width;
    this.#span = undefined;
  }

  /** What to draw now, or null when it is what was drawn before. @param {number} left how far the box is scrolled (px) */
  drawn(left) {
    if (!this.#span) this.placing = placed(this.arrangement, (index) => this.width(index), this.room);
    const span = columnSpan(this.placing, left, this.room, this.#span);
    if (span === this.#span) return null;
    this.#span = span;
    const { pinned } = this.placing;
    this.slots = this.whole.filter(({ position }) => position < pinned || (position >= span.first && position < span.end));
    if (span.first < span.end) this.slots[pinned].look += " after";
    return { slots: this.slots, lengths: this.#lengths(edge(this.placing, span.first) - edge(this.placing, pinned)) };
  }

  /** Every column that is shown, whether it is in the box or not. @returns {Slot[]} */
  get whole() {
    return this.placing.shown.map((index, position) => {
      const { type } = this.columns[index];
      const isPinned = position < this.placing.pinned;
      const grouped = isNumeric(type) && !/^(oid|xid)/.test(type);
      const look = `cell${isNumeric(type) ? " numeric" : ""}${isPinned ? " pinned" : ""}`;
      return { index, position, look, grouped, left: isPinned ? `${this.number + edge(this.placing, position)}px` : "" };
    });
  }

  /** For the style sheet. @param {number} skip what is left out before the first that is not pinned (px) */
  #lengths(skip) {
    const widths = this.slots.map((slot) => this.width(slot.index));
    const tracks = widths.map((width, at) => `${at === this.placing.pinned ? width + skip : width}px`);
    return {
      "--columns": `${this.number}px ${tracks.join(" ")}`,
      "--skip": `${skip}px`,
      "--width": `${this.number + edge(this.placing, Infinity)}px`,
    };
  }
}
