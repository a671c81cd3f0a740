import assert from "node:assert/strict";
import { test } from "node:test";

import { sizeWords, textSize } from "../../static/js/text-size.js";

test("characters are counted as PostgreSQL counts them, bytes as it stores them", () => {
  assert.deepEqual(textSize("aé€😀"), { characters: 4, bytes: 10 });
  assert.deepEqual(textSize("👩‍👩‍👧"), { characters: 5, bytes: 18 });
  assert.deepEqual(textSize(""), { characters: 0, bytes: 0 });
});

test("NULL, the empty text and the word are three things", () => {
  assert.equal(sizeWords(null, "text"), "NULL");
  assert.equal(sizeWords("", "text"), "empty");
  assert.equal(sizeWords("NULL", "text"), "4 characters, 4 bytes in UTF-8");
});

test("bytes are counted as bytes, not as the digits that print them", () => {
  assert.equal(sizeWords("\\xdeadbeef", "bytea"), "4 bytes, in hexadecimal");
  assert.equal(sizeWords("x", "text"), "1 character, 1 byte in UTF-8");
});
