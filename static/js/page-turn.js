// @ts-check
/** Long work in short pieces, so that the page draws and answers in between. */

/** Work after which the page gets a turn (ms): half a frame. */
const WORK = 8;
/** A page that is visible and yet draws no frame, as one behind another window, gets its turn so (ms). */
const LATE_FRAME = 100;

export class Pace {
  #since = performance.now();

  /** Whether there was enough work for one piece. */
  get isDue() {
    return performance.now() - this.#since >= WORK;
  }

  async turn() {
    await nextTurn();
    this.#since = performance.now();
  }
}

/** Lets the page draw what there is; a hidden one does what else it has to. @returns {Promise<void>} */
function nextTurn() {
  return new Promise((resolve) => {
    // Hidden pages' timers are slowed down to one a second, messages are not.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(port1.close());
    const go = () => port2.postMessage(null);
    if (document.hidden) return go();
    requestAnimationFrame(go);
    setTimeout(go, LATE_FRAME);
  });
}
