// @ts-check
/**
 * Follows one run over as many connections as it takes. After a loss it waits, asks what has become
 * of the run, and goes on after the last event it has seen.
 *
 * | what happens | what follows |
 * |---|---|
 * | a final event | nothing more |
 * | the line breaks, or is silent for too long | wait, ask for the run |
 * | the run is in progress | connect again after the last event |
 * | the run has ended meanwhile | `finished` with its record |
 * | the run is not there any more, or not ours | `refused` with the problem |
 * | no answer, or one that may pass | wait longer, ask again |
 */

import { askRun } from "./api.js";
import { mayPass, problemFrom } from "./problem.js";
import { RunStream } from "./run-stream.js";

/** The longest wait doubles from the first to the second of these (ms): a run that nobody follows for 30 s is cancelled. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 10_000;

/**
 * @typedef {{
 *   event: (name: string, text: string) => void,
 *   connection: (connection: "connecting" | "open" | "waiting" | "retrying", wait: number) => void,
 *   finished: (record: RunRecord) => void,
 *   refused: (problem: Problem) => void,
 * }} Follow `wait` is in ms
 */

export class RunFollower {
  #run;
  #follow;
  #means;
  #after = 0;
  #attempt = 0;
  #stopped = false;
  /** @type {RunStream | null} */
  #stream = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {string} run @param {Follow} follow
   * @param {{ random?: () => number, ask?: typeof askRun, stream?: typeof RunStream }} means
   */
  constructor(run, follow, { random = Math.random, ask = askRun, stream = RunStream } = {}) {
    this.#run = run;
    this.#follow = follow;
    this.#means = { random, ask, stream };
  }

  start() {
    this.#stopped = false;
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stream?.close();
  }

  /** Does not wait any longer; does nothing when it does not wait. */
  retryNow() {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#askAgain();
  }

  #connect() {
    if (this.#attempt === 0) this.#follow.connection("connecting", 0);
    this.#stream = new this.#means.stream(this.#run, this.#after, {
      event: (name, number, text) => this.#event(name, number, text),
      opened: () => this.#follow.connection("open", 0),
      ended: () => this.stop(),
      lost: () => this.#wait(),
    });
  }

  /** @param {string} name @param {number} number @param {string} text */
  #event(name, number, text) {
    this.#attempt = 0;
    // What was seen is not shown twice, whatever a proxy or a server sends again.
    if (number !== 0 && number <= this.#after && !isEnd(name)) return;
    this.#after = Math.max(this.#after, number);
    this.#follow.event(name, text);
  }

  // Full jitter: a server that comes back is not met by everybody at once.
  #wait() {
    if (this.#stopped) return;
    const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempt);
    const wait = Math.round(ceiling * (0.2 + 0.8 * this.#means.random()));
    this.#attempt += 1;
    this.#follow.connection("waiting", wait);
    this.#timer = setTimeout(() => this.retryNow(), wait);
  }

  async #askAgain() {
    this.#follow.connection("retrying", 0);
    try {
      const record = await this.#means.ask(this.#run);
      if (!this.#stopped) this.#resume(record);
    } catch (error) {
      if (!this.#stopped) this.#refused(problemFrom(error));
    }
  }

  /** @param {RunRecord} record */
  #resume(record) {
    if (record.status === "pending" || record.status === "processing") return this.#connect();
    this.stop();
    this.#follow.finished(record);
  }

  /** @param {Problem} problem */
  #refused(problem) {
    if (mayPass(problem)) return this.#wait();
    this.stop();
    this.#follow.refused(problem);
  }
}

/** @param {string} name */
function isEnd(name) {
  return name === "completed" || name === "failed" || name === "cancelled";
}
