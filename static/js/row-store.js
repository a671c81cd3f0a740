// @ts-check
/**
 * The rows of one run, kept as the chunks' texts and parsed when they are looked at. Beyond a budget the
 * texts that were not looked at for longest are dropped; they are loaded again by number when needed.
 */

/** Characters of chunk text kept: 1,000,000 rows of ten columns are about twice this. */
const BUDGET = 64 * 1024 * 1024;
/** Chunks kept as arrays: what a window of rows touches, and a little around it. */
const PARSED = 6;
/** Chunks being loaded at once: one of the browser's six connections has to stay free to cancel. */
const LOADING = 2;

const ROWS_KEY = ',"rows":[';

/** @param {string} text a chunk's JSON @returns {ChunkHead} what stands before its rows */
export function chunkHead(text) {
  return JSON.parse(`${text.slice(0, text.indexOf(ROWS_KEY))}}`);
}

export class RowStore {
  #load;
  #changed;
  #budget;
  #length = 0;
  #size = 0;
  /** First row of each chunk; chunk n is at n - 1. @type {number[]} */
  #firstRows = [];
  /** Chunk number → text, the longest unseen first. @type {Map<number, string>} */
  #texts = new Map();
  /** @type {Map<number, Row[]>} */
  #parsed = new Map();
  /** @type {Set<number>} */
  #loading = new Set();
  /** Chunks that could not be loaded: not asked for again before `retry`. @type {Set<number>} */
  #failed = new Set();

  /**
   * @param {(chunk: number) => Promise<string>} load @param {(error?: unknown) => void} changed told when
   * a chunk has been loaded, or could not be @param {number} budget in characters
   */
  constructor(load, changed, budget = BUDGET) {
    this.#load = load;
    this.#changed = changed;
    this.#budget = budget;
  }

  /** Rows there are, whether their text is here or not. */
  get length() {
    return this.#length;
  }

  /** Characters of text kept. */
  get size() {
    return this.#size;
  }

  /** @param {ChunkHead} head @param {string} text */
  append(head, text) {
    this.#firstRows[head.chunk - 1] = head.first_row;
    this.#length = Math.max(this.#length, head.first_row + head.count);
    this.#keep(head.chunk, text);
  }

  /** Knows the chunks of an ended run without their texts. @param {number[]} firstRows @param {number} rows */
  useIndex(firstRows, rows) {
    this.#firstRows = firstRows;
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
    return rows?.[index - (this.#firstRows[chunk - 1] ?? 0)] ?? null;
  }

  /** @param {number} index @returns {number} the last chunk that begins at or before the row */
  #chunkOf(index) {
    let low = 0;
    let high = this.#firstRows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#firstRows[middle] ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param {number} chunk @returns {Row[] | undefined} */
  #parse(chunk) {
    const text = this.#texts.get(chunk);
    if (text === undefined) {
      this.#fetch(chunk);
      return undefined;
    }
    this.#texts.delete(chunk);
    this.#texts.set(chunk, text);
    const rows = JSON.parse(text).rows;
    this.#parsed.set(chunk, rows);
    if (this.#parsed.size > PARSED) this.#parsed.delete(first(this.#parsed));
    return rows;
  }

  /** @param {number} chunk */
  async #fetch(chunk) {
    if (this.#loading.has(chunk) || this.#failed.has(chunk)) return;
    if (this.#loading.size >= LOADING) return;
    this.#loading.add(chunk);
    try {
      this.#keep(chunk, await this.#load(chunk));
      this.#loading.delete(chunk);
      this.#changed();
    } catch (error) {
      this.#loading.delete(chunk);
      this.#failed.add(chunk);
      this.#changed(error);
    }
  }

  /** @param {number} chunk @param {string} text */
  #keep(chunk, text) {
    this.#size += text.length - (this.#texts.get(chunk)?.length ?? 0);
    this.#texts.set(chunk, text);
    while (this.#size > this.#budget && this.#texts.size > 1) this.#drop(first(this.#texts));
  }

  /** @param {number} chunk */
  #drop(chunk) {
    this.#size -= this.#texts.get(chunk)?.length ?? 0;
    this.#texts.delete(chunk);
  }
}

/** @template K @param {Map<K, unknown>} map not empty @returns {K} */
function first(map) {
  return /** @type {K} */ (map.keys().next().value);
}
