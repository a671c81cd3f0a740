// @ts-check
/** The icon of the tab: how far the run is, and how it ended. Drawn as SVG text in a data address, which the policy of the pages allows images to be. */

import { isFinal, isInProgress, isLost } from "./run-state.js";

/** @typedef {import("./run-state.js").RunState} RunState */

/** Icons change at most this often (ms). */
const PAUSE = 1000;

/** @type {Record<string, [colour: string, path: string]>} */
const ends = {
  completed: ["#1f7044", "M9 16.5l5 5 9.5-11"],
  cancelled: ["#8a5200", "M10 16h12"],
  failed: ["#ad2a1f", "M11 11l10 10M21 11L11 21"],
  lost: ["#8a5200", "M16 8.5v9M16 22v1.5"],
};

/** The icon of a state; null where it is that of every page. @param {RunState} state @returns {string | null} */
export function tabIcon(state) {
  const lost = isLost(state);
  if (!lost && !isFinal(state) && !isInProgress(state)) return null;
  const [colour, path] = ends[lost ? "lost" : state.status] ?? ["#1d5c8f", ""];
  const drawn = path ? stroke(`<path d="${path}"/>`, 1) : ring(state.progress);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${colour}"/>${drawn}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** A ring that fills in steps of 4 %; a dot where nobody knows how far it is. @param {number | null} progress */
function ring(progress) {
  const track = stroke('<circle cx="16" cy="16" r="9.5"/>', 0.3);
  if (progress === null) return `${track}<circle cx="16" cy="16" r="4" fill="#fff"/>`;
  const done = Math.floor(progress / 4) * 4;
  return track + stroke(`<circle cx="16" cy="16" r="9.5" pathLength="100" stroke-dasharray="${done} 100" transform="rotate(-90 16 16)"/>`, 1);
}

/** @param {string} shape @param {number} opacity */
function stroke(shape, opacity) {
  return `<g fill="none" stroke="#fff" stroke-width="4.5" stroke-opacity="${opacity}">${shape}</g>`;
}

export class TabIcon {
  #link;
  #usual;
  #changedAt = -Infinity;

  /** @param {HTMLLinkElement} link the page's own icon */
  constructor(link) {
    this.#link = link;
    this.#usual = link.href;
  }

  /** @param {RunState} state @param {number} now */
  render(state, now) {
    const icon = tabIcon(state) ?? this.#usual;
    if (icon === this.#link.href || (isInProgress(state) && now - this.#changedAt < PAUSE)) return;
    this.#link.href = icon;
    this.#changedAt = now;
  }
}
