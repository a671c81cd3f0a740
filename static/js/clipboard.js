// @ts-check
/** Puts a text on the clipboard, also where the page came by plain http and the browser gives it no clipboard. */

/** @param {string} text @returns {Promise<boolean>} whether it is there */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

/** @param {string} text */
function copyByCommand(text) {
  const give = (/** @type {ClipboardEvent} */ event) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("copy", give, { once: true, capture: true });
  const done = document.execCommand("copy");
  removeEventListener("copy", give, { capture: true });
  return done;
}
