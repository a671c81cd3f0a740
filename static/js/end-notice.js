// @ts-check
/** Tells by a notification of the system that a long run has ended which nobody is looking at; only where the reader wants it. */

import { keptWords } from "./kept-words.js";
import { elapsed, isFinal, isInProgress } from "./run-state.js";
import { rowWords, stageWords } from "./run-words.js";

/** @typedef {import("./run-state.js").RunState} RunState */

/** After so long the offer is made, and a run that took so long is told (ms). */
const OFFER_AFTER = 10_000;
const LONG = 30_000;
const KEY = "tell ends";

/** Whether to offer it: for what takes long, where the browser has not been told to refuse. @param {RunState} state @param {number} now @param {string} permission */
export function isOffered(state, now, permission) {
  return isInProgress(state) && elapsed(state, now) >= OFFER_AFTER && permission !== "denied";
}

/** Whether the end is told: it was seen to come, it was long in coming, nobody sees it, and it is not the reader's own doing elsewhere. @param {RunState | null} before @param {RunState} state @param {boolean} hidden */
export function isTold(before, state, hidden) {
  return hidden && before !== null && before.run === state.run && isInProgress(before) && isFinal(state) && state.elapsed >= LONG && state.reason !== "user";
}

/** @param {RunState} state */
export function noticeWords(state) {
  return [stageWords(state), rowWords(state), state.problem?.detail ?? "", state.problem ? keptWords(state) : ""].filter(Boolean).join(". ");
}

export class EndNotice {
  #box;
  #tick;
  /** @type {RunState | null} */
  #before = null;

  /** @param {HTMLElement} box a label with a checkbox, hidden @param {HTMLInputElement} tick */
  constructor(box, tick) {
    this.#box = box;
    this.#tick = tick;
    tick.checked = permission() === "granted" && remembered();
    tick.addEventListener("change", () => this.#changed());
  }

  /** @param {RunState} state @param {number} now @param {string} title the report's */
  render(state, now, title) {
    this.#box.hidden = !isOffered(state, now, permission());
    if (this.#tick.checked && isTold(this.#before, state, document.hidden)) tell(title, noticeWords(state), state.run ?? "");
    this.#before = state;
  }

  async #changed() {
    if (this.#tick.checked) this.#tick.checked = (await Notification.requestPermission()) === "granted";
    remember(this.#tick.checked);
  }
}

// Pages without https have none.
function permission() {
  return isSecureContext && "Notification" in globalThis ? Notification.permission : "denied";
}

/** @param {string} title @param {string} body @param {string} tag */
function tell(title, body, tag) {
  try {
    const notice = new Notification(title, { body, tag, icon: "/static/icon.svg" });
    notice.onclick = () => {
      focus();
      notice.close();
    };
  } catch {
    // Phones leave it to service workers; there is none here, and the tab's title tells it, too.
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEY) === "yes";
  } catch {
    return false;
  }
}

/** @param {boolean} wanted */
function remember(wanted) {
  try {
    localStorage.setItem(KEY, wanted ? "yes" : "no");
  } catch {
    // Then it is asked again.
  }
}
