// @ts-check
/**
 * One connection to a run's event stream. It is over after a final event, after an error, or when it
 * has been silent for too long; a late event of a closed connection is inert.
 */

import { streamPath } from "./api.js";

/** The server says `ping` every 15 s; two and a half of them unheard mean that the line is dead (ms). */
const SILENCE = 37_500;

const names = ["run", "columns", "progress", "chunk", "completed", "cancelled", "failed", "ping"];
const finals = ["completed", "cancelled", "failed"];

/**
 * @typedef {{
 *   event: (name: string, number: number, text: string) => void,
 *   opened: () => void,
 *   ended: () => void,
 *   lost: () => void,
 * }} Listener `number` is the event's; 0 for one that has none
 */

export class RunStream {
  /** @type {EventSource} */
  #source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watchdog;
  #listener;
  #silence;

  /**
   * @param {string} run @param {number} after @param {Listener} listener
   * @param {{ source?: typeof EventSource, silence?: number }} means
   */
  constructor(run, after, listener, { source = EventSource, silence = SILENCE } = {}) {
    this.#listener = listener;
    this.#silence = silence;
    this.#source = new source(streamPath(run, after));
    for (const name of names) this.#source.addEventListener(name, this);
    this.#source.addEventListener("open", this);
    this.#source.addEventListener("error", this);
    this.#watch();
  }

  close() {
    clearTimeout(this.#watchdog);
    for (const name of [...names, "open", "error"]) this.#source.removeEventListener(name, this);
    this.#source.close();
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event.type === "error") return this.#lose();
    this.#watch();
    if (event.type === "open") return this.#listener.opened();
    if (!(event instanceof MessageEvent) || event.type === "ping") return;
    if (finals.includes(event.type)) this.close();
    this.#listener.event(event.type, eventNumber(event), event.data);
    if (finals.includes(event.type)) this.#listener.ended();
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lose(), this.#silence);
  }

  // EventSource would reconnect by itself, but unseen, and never after an answer such as 503.
  #lose() {
    this.close();
    this.#listener.lost();
  }
}

/** @param {MessageEvent} event @returns {number} what stands behind the point of `<run>.<number>` */
function eventNumber(event) {
  return Number(event.lastEventId.split(".").at(-1)) || 0;
}
