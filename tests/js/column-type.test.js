import assert from "node:assert/strict";
import { test } from "node:test";

import { columnWidths, isNumeric } from "../../static/js/column-type.js";

test("numbers are numeric, arrays and intervals of them are not", () => {
  const types = ["smallint", "numeric(10,2)", "money", "real", "integer[]", "int4range", "interval", "text"];
  assert.deepEqual(types.filter(isNumeric), ["smallint", "numeric(10,2)", "money", "real"]);
});

test("a column is as wide as its longest value or heading, within bounds", () => {
  const columns = ["a", "heading", "c"].map((label) => ({ name: label, label, type: "text" }));
  const [short, heading, long] = columnWidths(columns, [["1", null, "x".repeat(5000)]]);
  assert.deepEqual([short, Math.floor(heading), long], [8, 11, 39]);
});

test("a number has room for the gaps between its digits", () => {
  const columns = ["integer", "text"].map((type) => ({ name: "a", label: "a", type }));
  const [number, text] = columnWidths(columns, [["10000010", "10000010"]]);
  // Two gaps, each of 0.22 em where a digit takes 0.53.
  assert.ok(number - text > 0.84 && number - text < 2);
});
