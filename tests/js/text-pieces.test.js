import assert from "node:assert/strict";
import { test } from "node:test";

import { textDirection, textPieces } from "../../static/js/text-pieces.js";

const lines = Array.from({ length: 900 }, (_, index) => `line ${index}\n`).join("");
const texts = {
  lines,
  words: "word ".repeat(3000),
  "one word": "W".repeat(9999),
  emoji: "😀".repeat(4000),
  families: "👩‍👩‍👧".repeat(1500),
  towers: `Z${"\u0310".repeat(5000)}`,
  "blank lines": "\n".repeat(5000),
  nothing: "",
};

for (const [name, text] of Object.entries(texts)) {
  test(`the pieces of ${name} are the text, and each is short`, () => {
    const pieces = textPieces(text);
    assert.equal(pieces.join(""), text);
    assert.ok(pieces.every((piece) => piece.length > 0 && piece.length <= 2000));
  });
}

test("a piece ends with a line where it can", () => {
  assert.ok(textPieces(lines).every((piece) => piece.endsWith("\n")));
});

test("else with a word", () => {
  assert.ok(textPieces(texts.words).every((piece) => piece.endsWith(" ")));
});

test("and never within a character", () => {
  for (const text of [texts.emoji, texts.families, `x${texts.emoji}`, `xxx${texts.families}`]) {
    assert.ok(textPieces(text).every((piece) => !/^[\u200d\udc00-\udfff]|\u200d$/.test(piece)));
  }
});

test("a text is written as its first letter is", () => {
  const directions = { "": "ltr", "12 %": "ltr", "abc \u0645": "ltr", "\u0645 abc": "rtl", "(1) \u05d0": "rtl" };
  for (const [text, direction] of Object.entries(directions)) assert.equal(textDirection(text), direction);
});
