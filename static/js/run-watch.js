// @ts-check
/**
 * Follows a run without a connection that stays: asks every half second how far it is and which chunks
 * have come. Rows are not read; they are loaded by number when they are looked at.
 *
 * A hidden page looks once a second: after five minutes browsers slow down to one a minute only timers
 * that were set by timers, and here an answer lies between one and the next.
 */

import { askChunkIndex, askRun } from "./api.js";
import { problemFrom } from "./problem.js";
import { isEnd } from "./run-stream.js";

/** Between an answer and the next question (ms). */
const PAUSE = 500;

/**
 * @typedef {{
 *   chunks: number,
 *   seen(record: RunRecord, index: ChunkIndex): void,
 *   finished(record: RunRecord): void,
 *   lost(problem: Problem): void,
 * }} Watcher `chunks` is how many are known; the index has the later ones
 */

export class RunWatch {
  #run;
  #watcher;
  #means;
  #closed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {string} run @param {Watcher} watcher
   * @param {{ ask?: typeof askRun, askIndex?: typeof askChunkIndex }} means
   */
  constructor(run, watcher, { ask = askRun, askIndex = askChunkIndex } = {}) {
    this.#run = run;
    this.#watcher = watcher;
    this.#means = { ask, askIndex };
    this.#look();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Does not wait for the next look. */
  now() {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#look();
  }

  async #look() {
    this.#timer = undefined;
    try {
      await this.#ask();
    } catch (error) {
      if (this.#closed) return;
      this.close();
      this.#watcher.lost(problemFrom(error));
    }
    if (!this.#closed) this.#timer = setTimeout(() => this.#look(), PAUSE);
  }

  async #ask() {
    const record = await this.#means.ask(this.#run);
    if (this.#closed) return;
    if (isEnd(record.status)) {
      this.close();
      return this.#watcher.finished(record);
    }
    const index = await this.#means.askIndex(this.#run, this.#watcher.chunks);
    if (!this.#closed) this.#watcher.seen(record, index);
  }
}
