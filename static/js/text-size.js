// @ts-check
/** How much a value is, in words: beside its type, for the reader who sees only a part of it. Pure. */

import { counted } from "./format.js";

/** Characters are counted as PostgreSQL's `length` does, not as UTF-16 does. @param {string} text */
export function textSize(text) {
  const bytes = new TextEncoder().encode(text);
  let characters = 0;
  // Every byte but those that continue a character.
  for (let at = 0; at < bytes.length; at += 1) if ((/** @type {number} */ (bytes[at]) & 0xc0) !== 0x80) characters += 1;
  return { characters, bytes: bytes.length };
}

/** @param {string | null} value @param {string} type */
export function sizeWords(value, type) {
  if (value === null) return "NULL";
  if (value === "") return "empty";
  if (type === "bytea") return `${counted((value.length - 2) / 2, "byte")}, in hexadecimal`;
  const { characters, bytes } = textSize(value);
  return `${counted(characters, "character")}, ${counted(bytes, "byte")} in UTF-8`;
}
