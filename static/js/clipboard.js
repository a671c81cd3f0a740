// @ts-check
/** Puts a text on the clipboard, also where the page came by plain http and the browser gives it no clipboard. */

/** @param {string} text @returns {Promise<boolean>} whether it is there */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand({ "text/plain": text });
  }
}

/** Copies without a clipboard of the page's own, which a press allows. @param {Record<string, string>} texts by their kinds @returns {boolean} whether they are there */
export function copyByCommand(texts) {
  let given = false;
  const give = (/** @type {ClipboardEvent} */ event) => {
    for (const [kind, text] of Object.entries(texts)) event.clipboardData?.setData(kind, text);
    event.preventDefault();
    event.stopPropagation();
    given = true;
  };
  addEventListener("copy", give, { capture: true });
  const allowed = document.execCommand("copy");
  removeEventListener("copy", give, { capture: true });
  return allowed && given;
}
