// @ts-check
/** An error as the reader sees it: what happened, what to do, and the buttons that do it. */

import { button, element } from "./element.js";

/**
 * @param {Problem} problem
 * @param {{ action: string, retry: () => void, kept?: string }} remedy the word on the button, none where nothing helps; what it does; what has become of the rows
 */
export function problemPanel({ title, detail, hint = "", retry_after: wait }, { action, retry, kept = "" }) {
  const sentences = [detail, hint, kept, wait ? `The server asks to wait ${wait} s.` : ""];
  return [
    element("h2", {}, title),
    element("p", {}, sentences.filter(Boolean).join(" ")),
    element("p", { class: "actions" }, ...(action ? [button(action, retry)] : []), element("a", { href: "/" }, "All reports")),
  ];
}
