// @ts-check
/** How fast the rows of a run come, and when it may be done: a guess, given only when it is a sound one. Pure. */

import { count } from "./format.js";
import { isFinal, isInProgress, isLost } from "./run-state.js";

/** @typedef {import("./run-state.js").RunState} RunState */
/** @typedef {{ at: number, rows: number }} Sample */
/**
 * `began` are the rows that there were at first; `doneAt` is when the run may be done, by the page's clock.
 * @typedef {{ run: string | null, samples: Sample[], began: Sample | null, doneAt: number | null }} Pace
 */

/** How far back the rate looks, and how far apart its samples are (ms). */
const RATE_SPAN = 3000;
const SAMPLE_PAUSE = 250;
/** A guess at the end is sound after so many ms, and when so much of the rows is here. */
const SOUND_AFTER = 2000;
const SOUND_PART = 0.05;
/** A new guess this near to the old one is noise, in parts of what is left; else it is followed by this part. */
const NOISE = 0.2;
const FOLLOW = 0.25;

/** @type {Pace} */
export const unknownPace = { run: null, samples: [], began: null, doneAt: null };

/** @param {Pace} before @param {RunState} state @param {number} at @returns {Pace} */
export function paced(before, state, at) {
  const { run, rows } = state;
  if (!isInProgress(state)) return unknownPace;
  const { samples, began, doneAt } = before.run === run ? before : unknownPace;
  const last = samples.at(-1);
  if (last && (rows === last.rows || at - last.at < SAMPLE_PAUSE)) return before;
  if (rows === 0) return { ...unknownPace, run };
  const sample = { at, rows };
  if (!began) return { run, samples: [sample], began: sample, doneAt };
  const recent = samples.filter((each) => at - each.at <= RATE_SPAN);
  const pace = { run, samples: [...(recent.length ? recent : samples.slice(-1)), sample], began, doneAt };
  return { ...pace, doneAt: guess(pace, state, at) };
}

/** Rows per second of the last seconds; of the whole run once it has ended. @param {Pace} pace @param {RunState} state @param {number} now @returns {number | null} */
export function rate({ samples }, state, now) {
  if (isFinal(state)) return state.elapsed >= 500 ? (state.rows * 1000) / state.elapsed : null;
  const oldest = samples[0];
  const passed = oldest ? now - oldest.at : 0;
  return oldest && passed >= 500 ? ((state.rows - oldest.rows) * 1000) / passed : null;
}

/** What the page says of it. @param {Pace} pace @param {RunState} state @param {number} now */
export function paceWords(pace, state, now) {
  const perSecond = rate(pace, state, now);
  return {
    rate: perSecond === null || state.rows === 0 ? "" : `${count(perSecond)} rows/s`,
    left: pace.doneAt === null || isLost(state) ? "" : leftWords(pace.doneAt - now),
  };
}

/** Coarse, since it is a guess; nothing when it has proved wrong. @param {number} milliseconds */
export function leftWords(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < -5) return "";
  if (seconds < 7.5) return "a few seconds left";
  if (seconds < 57.5) return `about ${Math.round(seconds / 5) * 5} s left`;
  if (seconds < 3570) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${Math.round(seconds / 1800) / 2} h left`;
}

/** @param {Pace} pace @param {RunState} state @param {number} at @returns {number | null} */
function guess(pace, state, at) {
  const { began, doneAt } = pace;
  const { rows, total } = state;
  if (!began || !total || state.total_kind !== "exact") return null;
  const passed = at - began.at;
  if (passed < SOUND_AFTER || rows < total * SOUND_PART) return null;
  // Half by the whole run, half by the last seconds; in times, so that a run that slows down is believed.
  const overall = passed / (rows - began.rows);
  const recent = 1000 / (rate(pace, state, at) || 1000 / overall);
  const left = (Math.max(0, total - rows) * (overall + recent)) / 2;
  const drift = at + left - (doneAt ?? at + left);
  return at + left - drift * (Math.abs(drift) < NOISE * left ? 1 : 1 - FOLLOW);
}
