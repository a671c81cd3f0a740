// @ts-check
/** How much a value is, in words: beside its type, for the reader who sees only a part of it. Pure. */

import { counted } from "./format.js";

/** All but the second halves of characters that take two of UTF-16. */
const WITHOUT_HALVES = /[^\udc00-\udfff]+/g;

/** Characters are counted as PostgreSQL's `length` does, not as UTF-16 does. @param {string} text */
export function textSize(text) {
  // No loop of our own: over megabytes it takes Firefox seconds.
  const halves = text.replace(WITHOUT_HALVES, "").length;
  return { characters: text.length - halves, bytes: new TextEncoder().encode(text).length };
}

/** @param {string | null} value @param {string} type */
export function sizeWords(value, type) {
  if (value === null) return "NULL";
  if (value === "") return "empty";
  if (type === "bytea") return `${counted((value.length - 2) / 2, "byte")}, in hexadecimal`;
  const { characters, bytes } = textSize(value);
  return `${counted(characters, "character")}, ${counted(bytes, "byte")} in UTF-8`;
}
