// @ts-check
/**
 * One connection to a run's event stream. It is over after a final event, after an error, or when it
 * has been silent for too long. It reads no faster than the page draws: what the page has no time for
 * stays on the line, and in the end with the server.
 */

import { answerProblem, streamPath } from "./api.js";
import { EventParser } from "./event-parser.js";
import { Pace } from "./page-turn.js";

/** The server says `ping` every 15 s; two and a half of them unheard mean that the line is dead (ms). */
const SILENCE = 37_500;

/**
 * @typedef {{
 *   event(name: string, number: number, data: Uint8Array): void,
 *   opened(): void,
 *   lost(problem: Problem | null): void,
 * }} Listener `number` is the event's, 0 for one that has none; `problem` is what the server answered instead of events
 */

export class RunStream {
  #listener;
  #pace;
  #aborter = new AbortController();
  #heard = Date.now();
  #watchdog;

  /**
   * @param {string} run @param {number} after @param {Listener} listener
   * @param {{ request?: typeof fetch, silence?: number, pace?: Pace }} means
   */
  constructor(run, after, listener, { request = fetch, silence = SILENCE, pace = new Pace() } = {}) {
    this.#listener = listener;
    this.#pace = pace;
    // By the clock on the wall: a laptop that was asleep finds out at once.
    this.#watchdog = setInterval(() => Date.now() - this.#heard >= silence && this.#lose(), silence / 8);
    this.#follow(request(streamPath(run, after), { signal: this.#aborter.signal, cache: "no-store" }));
  }

  close() {
    clearInterval(this.#watchdog);
    this.#aborter.abort();
  }

  get #closed() {
    return this.#aborter.signal.aborted;
  }

  /** @param {Promise<Response>} asked */
  async #follow(asked) {
    const response = await asked.catch(() => null);
    if (this.#closed) return;
    if (response?.status !== 200 || !response.body) return this.#lose(response && (await answerProblem(response)));
    this.#listener.opened();
    await this.#read(response.body.getReader());
    this.#lose();
  }

  /** @param {ReadableStreamDefaultReader<Uint8Array>} reader */
  async #read(reader) {
    const parser = new EventParser();
    let rowsCame = false;
    // The heading and the first rows are a frame's work each.
    const isNews = (/** @type {string} */ name) => name === "columns" || (name === "chunk" && !rowsCame);
    for (;;) {
      const piece = await reader.read().catch(() => null);
      if (!piece?.value || this.#closed) return;
      this.#heard = Date.now();
      for (const event of parser.push(piece.value)) {
        this.#tell(event);
        if (this.#pace.isDue || isNews(event.name)) await this.#pace.turn();
        rowsCame ||= event.name === "chunk";
      }
    }
  }

  /** @param {import("./event-parser.js").StreamEvent} event */
  #tell({ name, number, data }) {
    if (this.#closed || name === "ping") return;
    if (isEnd(name)) this.close();
    this.#listener.event(name, number, data);
  }

  /** @param {Problem | null} problem */
  #lose(problem = null) {
    if (this.#closed) return;
    this.close();
    this.#listener.lost(problem);
  }
}

/** Whether an event of this name is a run's last. @param {string} name */
export function isEnd(name) {
  return name === "completed" || name === "failed" || name === "cancelled";
}
