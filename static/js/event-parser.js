// @ts-check
/**
 * Cuts the bytes of an event stream into its events, wherever the pieces of the body end. Data stays
 * bytes. Pure; reads what the server writes: lines that end in "\n", one line of data per event.
 */

const LINE_FEED = 10;
const COLON = 58;
const decoder = new TextDecoder();

/** @typedef {{ name: string, number: number, data: Uint8Array }} StreamEvent `number` is what stands behind the point of the id `<run>.<number>`, 0 without one */

export class EventParser {
  /** What came of a line that has not ended. @type {Uint8Array[]} */
  #begun = [];
  #event = none();

  /** The events that end in this piece. @param {Uint8Array} piece @returns {Generator<StreamEvent>} */
  *push(piece) {
    let start = 0;
    for (let end; (end = piece.indexOf(LINE_FEED, start)) >= 0; start = end + 1) {
      this.#begun.push(piece.subarray(start, end));
      const line = joined(this.#begun);
      this.#begun = [];
      if (line.length) this.#take(line);
      else if (this.#event.data.length) yield this.#end();
      else this.#event = none();
    }
    if (start < piece.length) this.#begun.push(piece.subarray(start));
  }

  /** @param {Uint8Array} line */
  #take(line) {
    const colon = line.indexOf(COLON);
    const value = line.subarray(colon + 2);
    const field = decoder.decode(line.subarray(0, colon));
    if (field === "data") this.#event.data = value;
    if (field === "event") this.#event.name = decoder.decode(value);
    if (field === "id") this.#event.number = Number(decoder.decode(value).split(".").at(-1)) || 0;
  }

  #end() {
    const event = this.#event;
    this.#event = none();
    return event;
  }
}

/** @returns {StreamEvent} */
function none() {
  return { name: "message", number: 0, data: new Uint8Array() };
}

// A copy, also of a single part: what is kept of a piece would keep all of it in memory.
/** @param {Uint8Array[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
