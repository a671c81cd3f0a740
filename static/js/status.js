// @ts-check
/** Which of the five statuses are not the last one. Pure. */

/** @param {{ status: Status }} record a run or an export */
export function isUnderWay({ status }) {
  return status === "pending" || status === "processing";
}
