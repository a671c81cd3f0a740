// @ts-check
/**
 * Keeps the list of exports up to date by asking for all of it. Not by streams: a browser opens six
 * connections to one host, which as many exports would use up, and one answer tells of all exports, of
 * those that another tab started or ended too. A lost line is one question without an answer.
 *
 * | what happens | what follows |
 * |---|---|
 * | something was started or ended here | ask at once, and soon again |
 * | something is in progress | ask every 2 s; every 15 s while nobody looks at the page |
 * | nothing is in progress | ask when somebody looks at the page again |
 * | no answer, or one that may pass | wait longer each time, ask again |
 */

import { listExports } from "./export-api.js";
import { isUnderWay } from "./export-words.js";
import { mayPass, problemFrom } from "./problem.js";

/** Between two questions (ms). */
const SOON = 300;
const PACE = 2000;
const UNSEEN_PACE = 15_000;
/** The longest wait after a loss doubles from the first to the second of these (ms). */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 10_000;

/**
 * @typedef {{
 *   news: (exports: ExportRecord[]) => void,
 *   lost: (problem: Problem, wait: number | null) => void,
 * }} Tell `wait` is in ms, null where asking again is left to the reader
 */

export class ExportWatch {
  #tell;
  #means;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #question = 0;
  #quick = 0;
  #losses = 0;

  /** @param {Tell} tell @param {{ ask?: typeof listExports, random?: () => number, isSeen?: () => boolean }} means */
  constructor(tell, { ask = listExports, random = Math.random, isSeen = () => !document.hidden } = {}) {
    this.#tell = tell;
    this.#means = { ask, random, isSeen };
  }

  /** Asks at once. */
  async look() {
    this.#quick = 0;
    await this.#ask();
  }

  async #ask() {
    clearTimeout(this.#timer);
    const question = ++this.#question;
    try {
      const exports = await this.#means.ask();
      if (question === this.#question) this.#take(exports);
    } catch (error) {
      const problem = problemFrom(error);
      if (question === this.#question) this.#lose(problem);
    }
  }

  /** @param {ExportRecord[]} exports */
  #take(exports) {
    this.#losses = 0;
    this.#tell.news(exports);
    if (exports.some(isUnderWay)) this.#later(this.#pace());
  }

  #pace() {
    return this.#means.isSeen() ? Math.min(PACE, SOON * 2 ** this.#quick++) : UNSEEN_PACE;
  }

  // Full jitter: a server that comes back is not met by everybody at once.
  /** @param {Problem} problem */
  #lose(problem) {
    const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#losses++);
    const wait = mayPass(problem) ? Math.round(ceiling * (0.2 + 0.8 * this.#means.random())) : null;
    this.#tell.lost(problem, wait);
    if (wait !== null) this.#later(wait);
  }

  /** @param {number} wait */
  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), wait);
  }
}
