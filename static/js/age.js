// @ts-check
/** How long ago something was. Pure. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** @param {string} iso a moment with its offset @param {Date} now */
export function ago(iso, now) {
  const passed = Math.max(0, now.getTime() - new Date(iso).getTime());
  if (passed < MINUTE) return "just now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  return `${Math.floor(passed / HOUR)} h ago`;
}
