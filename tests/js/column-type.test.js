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
  assert.deepEqual([short, heading, long], [8, 10, 39]);
});
