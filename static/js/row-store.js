// @ts-check
/**
 * The rows of one run, kept as the bytes of their chunks and parsed when they are looked at. Beyond a
 * budget the bytes that were not looked at for longest are dropped; they are loaded again by number when
 * needed: what is looked at now first, and what has been scrolled past not at all.
 */

import { Pace } from "./page-turn.js";

/** Bytes of chunks kept: some 300,000 rows of twenty columns. */
const BUDGET = 64 * 1024 * 1024;
/** Chunks kept as arrays: what a window of rows touches, and a little around it. */
const PARSED = 6;
/** Chunks being loaded at once: of the browser's six connections some have to stay free to cancel. */
const LOADING = 2;
/** More bytes than stand before the rows. */
const HEAD = 1024;

const ROWS_KEY = ',"rows":[';
const decoder = new TextDecoder();

/** @param {Uint8Array} bytes a chunk's JSON @returns {ChunkHead} what stands before its rows */
export function chunkHead(bytes) {
  const text = decoder.decode(bytes.subarray(0, HEAD));
  return JSON.parse(`${text.slice(0, text.indexOf(ROWS_KEY))}}`);
}

export class RowStore {
  #load;
  #changed;
  #budget;
  #length = 0;
  #size = 0;
  #isFull = false;
  /** First row of each chunk; chunk n is at n - 1. @type {number[]} */
  #firstRows = [];
  /** Chunk number → bytes, the longest unseen first. @type {Map<number, Uint8Array>} */
  #bytes = new Map();
  /** @type {Map<number, Row[]>} */
  #parsed = new Map();
  /** @type {Map<number, Promise<Uint8Array>>} */
  #loading = new Map();
  /** What was looked at last and is not here. @type {Set<number>} */
  #wished = new Set();
  #isLooking = false;
  /** Chunks that could not be loaded: not wished for again before `retry`. @type {Set<number>} */
  #failed = new Set();

  /**
   * @param {(chunk: number) => Promise<Uint8Array>} load @param {(error?: unknown) => void} changed told when
   * a chunk that was looked at has been loaded, or could not be @param {number} budget in bytes
   */
  constructor(load, changed, budget = BUDGET) {
    this.#load = load;
    this.#changed = changed;
    this.#budget = budget;
  }

  /** Rows there are, whether their bytes are here or not. */
  get length() {
    return this.#length;
  }

  /** Chunks there are. */
  get chunks() {
    return this.#firstRows.length;
  }

  /** Bytes kept. */
  get size() {
    return this.#size;
  }

  /** Whether more came than can be kept. */
  get isFull() {
    return this.#isFull;
  }

  /** @param {ChunkHead} head @param {Uint8Array} bytes */
  append(head, bytes) {
    this.#firstRows[head.chunk - 1] = head.first_row;
    this.#length = Math.max(this.#length, head.first_row + head.count);
    this.#isFull ||= this.#size + bytes.length > this.#budget;
    this.#keep(head.chunk, bytes);
  }

  /** Knows chunks without their bytes. @param {number[]} firstRows of the chunks behind the first `after` @param {number} rows @param {number} after */
  useIndex(firstRows, rows, after = 0) {
    this.#firstRows = [...this.#firstRows.slice(0, after), ...firstRows];
    this.#length = rows;
  }

  /** Forgets which chunks could not be loaded. */
  retry() {
    this.#failed.clear();
  }

  /** The row's values, or null while its chunk is being loaded. @param {number} index @returns {Row | null} */
  row(index) {
    const chunk = this.#chunkOf(index);
    const rows = this.#parsed.get(chunk) ?? this.#parse(chunk);
    return rows?.[index - this.#firstRows[chunk - 1]] ?? null;
  }

  /** All rows from one on, up to and without another, also those that have to be loaded. @param {number} from @param {number} to @param {Pace} pace @returns {Promise<Row[]>} rejected with a ProblemError */
  async load(from, to, pace = new Pace()) {
    /** @type {Row[]} */
    const rows = [];
    const last = this.#chunkOf(Math.min(to, this.#length) - 1);
    for (let chunk = this.#chunkOf(from); chunk <= last; chunk += 1) {
      const bytes = this.#fetched(chunk);
      // The next one is under way meanwhile; if it fails, its own turn says so.
      if (chunk < last) this.#fetched(chunk + 1).catch(() => {});
      const first = this.#firstRows[chunk - 1];
      for (const row of parsed(await bytes).slice(Math.max(0, from - first), to - first)) rows.push(row);
      if (pace.isDue) await pace.turn();
    }
    return rows;
  }

  /** @param {number} index @returns {number} the last chunk that begins at or before the row */
  #chunkOf(index) {
    let low = 0;
    let high = this.#firstRows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#firstRows[middle] <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param {number} chunk @returns {Row[] | undefined} */
  #parse(chunk) {
    const bytes = this.#bytes.get(chunk);
    if (bytes === undefined) {
      this.#wish(chunk);
      return undefined;
    }
    this.#bytes.delete(chunk);
    this.#bytes.set(chunk, bytes);
    const rows = parsed(bytes);
    this.#parsed.set(chunk, rows);
    for (const oldest of this.#parsed.keys()) if (this.#parsed.size > PARSED) this.#parsed.delete(oldest);
    return rows;
  }

  // What one look at the table asks for comes in one go, and takes the place of what the look before asked for.
  /** @param {number} chunk */
  #wish(chunk) {
    if (!this.#isLooking) {
      this.#isLooking = true;
      this.#wished.clear();
      queueMicrotask(() => {
        this.#isLooking = false;
        this.#fulfil();
      });
    }
    if (chunk && !this.#failed.has(chunk)) this.#wished.add(chunk);
  }

  #fulfil() {
    for (const chunk of this.#wished) {
      if (this.#loading.size >= LOADING) return;
      this.#wished.delete(chunk);
      if (!this.#loading.has(chunk)) this.#show(chunk);
    }
  }

  /** @param {number} chunk */
  async #show(chunk) {
    try {
      await this.#fetched(chunk);
      this.#changed();
    } catch (error) {
      this.#failed.add(chunk);
      this.#changed(error);
    }
    this.#fulfil();
  }

  /** @param {number} chunk @returns {Promise<Uint8Array>} from here, or loaded when there is a turn for it */
  async #fetched(chunk) {
    for (;;) {
      const bytes = this.#bytes.get(chunk) ?? this.#loading.get(chunk);
      if (bytes) return bytes;
      if (this.#loading.size < LOADING) return this.#fetch(chunk);
      await Promise.race(this.#loading.values()).catch(() => {});
    }
  }

  /** @param {number} chunk */
  async #fetch(chunk) {
    const loading = this.#load(chunk);
    this.#loading.set(chunk, loading);
    try {
      const bytes = await loading;
      this.#keep(chunk, bytes);
      return bytes;
    } finally {
      this.#loading.delete(chunk);
    }
  }

  /** @param {number} chunk @param {Uint8Array} bytes */
  #keep(chunk, bytes) {
    this.#size += bytes.length - (this.#bytes.get(chunk)?.length ?? 0);
    this.#bytes.delete(chunk);
    this.#bytes.set(chunk, bytes);
    for (const [unseen, { length }] of this.#bytes) {
      if (this.#size <= this.#budget || unseen === chunk) return;
      this.#size -= length;
      this.#bytes.delete(unseen);
    }
  }
}

/** @param {Uint8Array} bytes @returns {Row[]} */
function parsed(bytes) {
  return JSON.parse(decoder.decode(bytes)).rows;
}
