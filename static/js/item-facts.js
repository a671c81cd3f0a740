// @ts-check
/** What a listed run and a listed export are drawn by alike. */

import { drawBar } from "./progress-bar.js";
import { isUnderWay } from "./status.js";

/** `at` is when the list was new, on the page's clock; `lost`: nobody knows how things stand now. @typedef {{ at: number, lost: boolean, reports: ReportRecord[] }} Facts */

/** Time that has passed for it since the list was new (ms). @param {{ status: Status }} record @param {Facts} facts @param {number} time on the page's clock */
export function passedSince(record, { at, lost }, time) {
  return isUnderWay(record) && !lost ? Math.max(0, time - at) : 0;
}

/** The parameters of its report, as far as they are known. @param {{ report: string }} record @param {Facts} facts */
export function parametersOf({ report }, { reports }) {
  return reports.find(({ name }) => name === report)?.parameters ?? [];
}

/** Its bar, said by the words of its stage and rows. @param {(name: string) => HTMLElement} at @param {{ status: Status }} record @param {number | null} known the percentage @param {Facts} facts */
export function drawItemBar(at, record, known, { lost }) {
  const words = ["stage", "rows"].map((name) => at(name).textContent ?? "");
  drawBar(at("bar"), { underWay: isUnderWay(record), known, moves: record.status === "processing" && !lost, words });
}
