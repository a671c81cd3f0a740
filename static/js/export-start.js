// @ts-check
/** Starts an export from the report page, and leads to where it is followed. */

import { startExport } from "./export-api.js";

/** @param {HTMLButtonElement} pressed its value is the format @param {string} report @param {Address} address */
export async function startFrom(pressed, report, address) {
  if (pressed.ariaBusy === "true") return;
  pressed.ariaBusy = "true";
  try {
    const format = /** @type {ExportFormat} */ (pressed.value);
    const { exportId } = await startExport({ report, format, options: {}, address });
    location.assign(`/exports#${exportId}`);
  } finally {
    pressed.ariaBusy = "false";
  }
}
