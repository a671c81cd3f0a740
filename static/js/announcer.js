// @ts-check
/** Says progress to screen readers, but not at every chunk; the last word is never lost. */

/** Shortest time between two announcements of progress (ms). */
const PAUSE = 7000;

export class Announcer {
  #region;
  #pause;
  #next = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {{ textContent: string | null }} region a live region @param {number} pause in ms */
  constructor(region, pause = PAUSE) {
    this.#region = region;
    this.#pause = pause;
  }

  /** @param {string} text @param {boolean} urgent a start or an end: said at once */
  say(text, urgent) {
    if (text === this.#next && !urgent) return;
    this.#next = text;
    if (urgent || this.#timer === undefined) this.#speak();
  }

  #speak() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#region.textContent === this.#next) return;
    this.#region.textContent = this.#next;
    this.#timer = setTimeout(() => this.#speak(), this.#pause);
  }
}
