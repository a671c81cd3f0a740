// @ts-check
/**
 * JSON with its members on lines of their own. The text is never parsed: digits, escapes, repeated keys and
 * their order stay as they came, and text that was cut comes out cut. Pure.
 */

const STEP = "  ";
/** Levels that are indented: nesting thousands deep would be thousands of times its length in blanks. */
const DEEPEST = 24;
const UNQUOTED = /\s+|[[\]{},:]|[^\s[\]{},:"]+/y;

/** @param {string} text valid JSON, or the beginning of it */
export function indented(text) {
  let made = "";
  let depth = 0;
  let opened = false;
  for (const token of tokens(text)) {
    const closes = token === "}" || token === "]";
    if (closes) depth = Math.max(0, depth - 1);
    // An empty object or array stays on its line.
    if (closes !== opened) made += newLine(depth);
    opened = token === "{" || token === "[";
    if (opened) depth += 1;
    made += token;
    if (token === ":") made += " ";
    if (token === ",") made += newLine(depth);
  }
  return made;
}

/** @param {number} depth */
function newLine(depth) {
  return `\n${STEP.repeat(Math.min(depth, DEEPEST))}`;
}

/** Everything but the blanks between. @param {string} text */
function* tokens(text) {
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = text[at] === '"' ? stringEnd(text, at) : unquotedEnd(text, at);
    if (!/\s/.test(text[at] ?? "")) yield text.slice(at, end);
  }
}

/** @param {string} text @param {number} at */
function unquotedEnd(text, at) {
  UNQUOTED.lastIndex = at;
  UNQUOTED.test(text);
  return UNQUOTED.lastIndex;
}

// By hand: an expression that remembers each character on its way fails at strings of megabytes.
/** @param {string} text @param {number} start @returns {number} where the string that begins there has ended */
function stringEnd(text, start) {
  let quote = start;
  do quote = text.indexOf('"', quote + 1);
  while (isEscaped(text, quote));
  return quote < 0 ? text.length : quote + 1;
}

/** @param {string} text @param {number} at */
function isEscaped(text, at) {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes += 1;
  return slashes % 2 === 1;
}
