// @ts-check
/**
 * A text in pieces that a browser lays out one by one: the time for one piece grows with the square of its
 * length, to minutes for a megabyte. Together the pieces are the text. Pure.
 */

/** Characters of a piece (UTF-16): some twenty lines of a panel. */
const LONGEST = 2000;
/** What belongs to what stands before it: marks, joiners, selectors; and the second half of a character. */
const MARKS = /^[\p{M}\u200d\ufe00-\ufe0f]/u;
const SECOND_HALF = /^[\udc00-\udfff]/;
/** A text whose first letter is of a script that is written from right to left. */
const FROM_RIGHT = /^\P{L}*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

/** @param {string} text */
export function textPieces(text) {
  const pieces = [];
  for (let at = 0, length = 0; at < text.length; at += length) {
    const piece = text.slice(at, at + LONGEST);
    length = at + piece.length < text.length ? pieceLength(piece, text.slice(at + LONGEST, at + LONGEST + 2)) : piece.length;
    pieces.push(piece.slice(0, length));
  }
  return pieces;
}

/**
 * Which way a text is written, as its beginning shows. Browsers' own `dir="auto"` looks through all of it for
 * a letter, anew for each piece: digits alone took minutes.
 * @param {string} text
 */
export function textDirection(text) {
  return FROM_RIGHT.test(text.slice(0, LONGEST)) ? "rtl" : "ltr";
}

/** Ends with a line, else with a word, else at least not within a character. @param {string} piece @param {string} next what stands behind it */
function pieceLength(piece, next) {
  const line = piece.lastIndexOf("\n") + 1;
  if (line > 0) return line;
  const word = piece.lastIndexOf(" ") + 1;
  if (word > LONGEST / 2) return word;
  let length = piece.length;
  while (length > LONGEST / 2 && isWithin(`${piece}${next}`, length)) length -= 1;
  return length;
}

/** Whether a character of several parts goes on there. @param {string} text @param {number} at */
function isWithin(text, at) {
  const rest = text.slice(at);
  return MARKS.test(rest) || SECOND_HALF.test(rest) || text[at - 1] === "\u200d";
}
