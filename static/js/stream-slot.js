// @ts-check
/**
 * The right of one tab to a stream. A browser opens six connections to one host for all of its tabs: four
 * of them may be streams, so that everything else still gets through. A tab that is gone, however it
 * ended, has given its slot back.
 */

const SLOTS = 4;

/**
 * A slot as what gives it back, or null where all are taken. Where the page cannot know of other tabs
 * (it came over plain HTTP from afar, or may store nothing), a visible page has one until it is hidden.
 * @param {() => void} lost told when the slot is taken away
 * @param {LockManager | undefined} locks
 * @returns {Promise<(() => void) | null>}
 */
export async function takeSlot(lost, locks = navigator.locks) {
  try {
    return locks ? await firstFree(locks) : whileVisible(lost);
  } catch {
    return whileVisible(lost);
  }
}

/** @param {LockManager} locks */
async function firstFree(locks) {
  for (let slot = 1; slot <= SLOTS; slot += 1) {
    const release = await hold(locks, `rowstream-stream-${slot}`);
    if (release) return release;
  }
  return null;
}

/** @param {LockManager} locks @param {string} name @returns {Promise<(() => void) | null>} */
function hold(locks, name) {
  return new Promise((taken, failed) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock) return new Promise((release) => taken(() => release(null)));
        taken(null);
      })
      .catch(failed);
  });
}

/** @param {() => void} lost @returns {(() => void) | null} */
function whileVisible(lost) {
  if (document.hidden) return null;
  const leave = new AbortController();
  document.addEventListener("visibilitychange", lost, { once: true, signal: leave.signal });
  return () => leave.abort();
}
