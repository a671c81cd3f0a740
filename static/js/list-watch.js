// @ts-check
/**
 * Keeps a list, of exports or runs, up to date by asking for all of it. Not by streams: a browser opens
 * six connections to one host, which as many of them would use up, and one answer tells of all, of those
 * that another tab started or ended too. A lost line is one question without an answer.
 *
 * | what happens | what follows |
 * |---|---|
 * | something was started or ended here | ask at once, and soon again |
 * | something is in progress | ask every 2 s; every 15 s, or not at all, while nobody looks at the page |
 * | nothing is in progress | ask when somebody looks at the page again |
 * | no answer, or one that may pass | wait longer each time, ask again |
 */

import { waitAfter } from "./backoff.js";
import { mayPass, problemFrom } from "./problem.js";
import { isUnderWay } from "./status.js";

/** Between two questions (ms). */
const SOON = 300;
const PACE = 2000;
const UNSEEN_PACE = 15_000;

/**
 * `lost` is told the `wait` in ms, null where asking again is left to the reader.
 * @template Entry
 * @typedef {{ news: (list: Entry[]) => void, lost: (problem: Problem, wait: number | null) => void }} Tell
 */

/** @template {{ status: Status }} Entry */
export class ListWatch {
  #ask;
  #tell;
  #means;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #question = 0;
  #quick = 0;
  #losses = 0;

  /**
   * @param {() => Promise<Entry[]>} ask @param {Tell<Entry>} tell
   * @param {{ asksUnseen?: boolean, random?: () => number, isSeen?: () => boolean }} means
   */
  constructor(ask, tell, { asksUnseen = true, random = Math.random, isSeen = () => !document.hidden } = {}) {
    this.#ask = ask;
    this.#tell = tell;
    this.#means = { asksUnseen, random, isSeen };
  }

  /** Asks at once. */
  async look() {
    this.#quick = 0;
    await this.#look();
  }

  async #look() {
    clearTimeout(this.#timer);
    const question = ++this.#question;
    try {
      const list = await this.#ask();
      if (question === this.#question) this.#take(list);
    } catch (error) {
      const problem = problemFrom(error);
      if (question === this.#question) this.#lose(problem);
    }
  }

  /** @param {Entry[]} list */
  #take(list) {
    this.#losses = 0;
    this.#tell.news(list);
    if (list.some(isUnderWay)) this.#later(this.#pace());
  }

  #pace() {
    return this.#means.isSeen() ? Math.min(PACE, SOON * 2 ** this.#quick++) : UNSEEN_PACE;
  }

  /** @param {Problem} problem */
  #lose(problem) {
    const wait = mayPass(problem) ? waitAfter(this.#losses, this.#means.random) : null;
    this.#losses += 1;
    this.#tell.lost(problem, wait);
    if (wait !== null) this.#later(wait);
  }

  /** @param {number} wait */
  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#due(), wait);
  }

  #due() {
    if (this.#means.asksUnseen || this.#means.isSeen()) this.#look();
  }
}
