import assert from "node:assert/strict";
import { test } from "node:test";

import { columnList, columnNames } from "../../static/js/column-list.js";

test("plain names stand as they are", () => {
  assert.equal(columnList(["a", "b_2"]), "a,b_2");
  assert.deepEqual(columnNames("a,b_2"), ["a", "b_2"]);
});

test("odd names come back as they were", () => {
  const odd = ["?column?", 'a,"b"', "back\\slash", "two\nlines", "__proto__", ""];
  assert.deepEqual(columnNames(columnList(odd)), odd);
});

test("without a list there are no names", () => {
  assert.equal(columnNames(null), null);
  assert.equal(columnList(null), null);
  assert.equal(columnList(undefined), null);
});
