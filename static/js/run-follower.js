// @ts-check
/**
 * Follows one run over as many connections as it takes: by a stream while there is a slot for one and
 * room for the rows, else by asking again and again. After a loss it waits, asks what has become of the
 * run, and goes on after the last event it has seen.
 *
 * | what happens | what follows |
 * |---|---|
 * | a final event | nothing more |
 * | the rows are more than the page can keep, or the slot is taken away | watch |
 * | watching, a slot becomes free and there is room | stream after the last event that was told of |
 * | the line breaks, or is silent for too long | wait, ask for the run |
 * | the run is in progress | connect again after the last event |
 * | the run has ended meanwhile | `finished` with its record; again where that fails and may pass |
 * | the run is not there any more, or not ours | `refused` with the problem |
 * | no answer, or one that may pass | wait longer, ask again |
 * | the browser goes offline | say so; waits do not grow |
 * | it is online again | ask for the run at once |
 */

import { askRun } from "./api.js";
import { waitAfter } from "./backoff.js";
import { mayPass, problemFrom } from "./problem.js";
import { RunStream, isEnd } from "./run-stream.js";
import { takeSlot } from "./stream-slot.js";

/**
 * @typedef {{
 *   store: { chunks: number, isFull: boolean },
 *   event(name: string, data: Uint8Array): void,
 *   seen(record: RunRecord, index: ChunkIndex): void,
 *   connection(connection: "connecting" | "open" | "watching" | "waiting" | "retrying" | "offline", wait: number): void,
 *   finished(record: RunRecord): Promise<void>,
 *   refused(problem: Problem): void,
 * }} Follower `wait` is in ms; `finished` may be rejected with a ProblemError, as what asks for more; `seen` is what watching learns, `store.chunks` how many of them are known
 */

export class RunFollower {
  #run;
  #after;
  #tell;
  #means;
  #attempt = 0;
  #offline = false;
  /** What is going on: answers to what was given up are not heard. */
  #effort = {};
  /** @type {{ close(): void, now?(): void } | null} */
  #line = null;
  /** @type {(() => void) | null} */
  #release = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {string} run @param {number} after the number of the last event that is known, 0 = none @param {Follower} tell
   * @param {{ random?: () => number, ask?: typeof askRun, stream?: typeof RunStream, watch?: () => Promise<typeof import("./run-watch.js")>,
   *   slot?: typeof takeSlot, network?: EventTarget }} means
   */
  constructor(run, after, tell, means = {}) {
    this.#run = run;
    this.#after = after;
    this.#tell = tell;
    this.#means = { random: Math.random, ask: askRun, stream: RunStream, watch: () => import("./run-watch.js"), slot: takeSlot, network: globalThis, ...means };
  }

  start() {
    this.#offline = false;
    for (const name of ["online", "offline"]) this.#means.network.addEventListener(name, this);
    this.#connect();
  }

  stop() {
    this.#close();
    for (const name of ["online", "offline"]) this.#means.network.removeEventListener(name, this);
  }

  /** Does not wait any longer; does nothing when it does not wait. */
  retryNow() {
    if (this.#timer !== undefined) this.#askAgain();
    else this.#line?.now?.();
  }

  /** @param {Event} event */
  handleEvent({ type }) {
    this.#offline = type === "offline";
    if (this.#offline) this.#tell.connection("offline", 0);
    else this.#askAgain();
  }

  #close() {
    this.#effort = {};
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#line?.close();
    this.#line = null;
    this.#release?.();
    this.#release = null;
  }

  async #connect() {
    if (this.#attempt === 0) this.#tell.connection("connecting", 0);
    if (!(await this.#stream())) this.#watch();
  }

  // Whatever is going on goes on until there is a slot.
  /** @returns {Promise<boolean>} false where there is no slot, or no room */
  async #stream() {
    const effort = this.#effort;
    const release = this.#tell.store.isFull ? null : await this.#means.slot(() => this.#watch());
    if (effort !== this.#effort) {
      release?.();
      return true;
    }
    if (release === null) return false;
    this.#close();
    this.#release = release;
    this.#line = new this.#means.stream(this.#run, this.#after, this);
    return true;
  }

  // What watches comes when it is needed: most runs are streamed to their end.
  async #watch() {
    this.#close();
    const effort = this.#effort;
    const loaded = await this.#means.watch().catch(() => null);
    if (effort !== this.#effort) return;
    if (loaded) this.#line = new loaded.RunWatch(this.#run, this);
    else this.#wait();
  }

  /** How many chunks are known. */
  get chunks() {
    return this.#tell.store.chunks;
  }

  /** Told by the watch. @param {RunRecord} record @param {ChunkIndex} index */
  seen(record, index) {
    this.#attempt = 0;
    this.#after = Math.max(this.#after, index.event);
    this.#tell.connection("watching", 0);
    this.#tell.seen(record, index);
    this.#stream();
  }

  /** Told by the stream. */
  opened() {
    this.#tell.connection("open", 0);
  }

  /** Told by the stream. @param {string} name @param {number} number @param {Uint8Array} data */
  event(name, number, data) {
    const ends = isEnd(name);
    this.#attempt = 0;
    // What was seen is not shown twice, whatever a proxy or a server sends again.
    if (number !== 0 && number <= this.#after && !ends) return;
    this.#after = Math.max(this.#after, number);
    this.#tell.event(name, data);
    if (ends) this.stop();
    else if (this.#tell.store.isFull) this.#watch();
  }

  /** Told by the stream, or the watch, which is over. @param {Problem | null} problem */
  lost(problem) {
    if (problem && !mayPass(problem)) this.#askAgain(problem);
    else this.#wait();
  }

  #wait() {
    this.#close();
    const wait = waitAfter(this.#attempt, this.#means.random);
    if (!this.#offline) this.#attempt += 1;
    this.#tell.connection(this.#offline ? "offline" : "waiting", wait);
    this.#timer = setTimeout(() => this.retryNow(), wait);
  }

  /** @param {Problem | null} problem why there was no stream */
  async #askAgain(problem = null) {
    this.#close();
    const effort = this.#effort;
    if (!this.#offline) this.#tell.connection("retrying", 0);
    try {
      const record = await this.#means.ask(this.#run);
      if (effort === this.#effort) this.#resume(record, problem);
    } catch (error) {
      if (effort === this.#effort) this.#refused(problemFrom(error));
    }
  }

  /** @param {RunRecord} record @param {Problem | null} problem */
  #resume(record, problem) {
    if (isEnd(record.status)) this.finished(record);
    else if (problem === null) this.#connect();
    else if (problem.status < 400) this.#wait();
    else this.#refused(problem);
  }

  /** Told by the watch: the run has ended. @param {RunRecord} record */
  async finished(record) {
    const effort = this.#effort;
    try {
      await this.#tell.finished(record);
      if (effort === this.#effort) this.stop();
    } catch (error) {
      if (effort === this.#effort) this.#refused(problemFrom(error));
    }
  }

  /** @param {Problem} problem */
  #refused(problem) {
    if (mayPass(problem)) return this.#wait();
    this.stop();
    this.#tell.refused(problem);
  }
}
