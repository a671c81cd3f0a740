// @ts-check
/** How far something under way is, as a bar. */

/**
 * Draws a `div.bar` with the role of a progress bar; it is hidden where nothing is under way.
 * @param {HTMLElement} bar
 * @param {{ underWay: boolean, known: number | null, moves: boolean, words: string[] }} facts the percentage, whether an unknown one shows life, and what stands beside the bar
 */
export function drawBar(bar, { underWay, known, moves, words }) {
  bar.hidden = !underWay;
  bar.classList.toggle("unknown", moves && known === null);
  bar.style.setProperty("--done", String((known ?? 0) / 100));
  // Without a value the bar says "busy, nobody knows for how long".
  bar.ariaValueNow = known === null ? null : String(known);
  bar.ariaValueText = words.filter(Boolean).join(", ");
}
