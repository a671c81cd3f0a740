// @ts-check
/** How long to wait before the server is asked again. Pure. */

/** The longest wait doubles from the first to the second of these (ms): a run that nobody follows for 30 s is cancelled. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 10_000;

// Full jitter: a server that comes back is not met by everybody at once.
/** Milliseconds. @param {number} losses in a row, before this one @param {() => number} random */
export function waitAfter(losses, random) {
  const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** losses);
  return Math.round(ceiling * (0.2 + 0.8 * random()));
}
