import assert from "node:assert/strict";
import { test } from "node:test";

import { columnWidths, inputFor, isNumeric, takesEmpty } from "../../static/js/column-type.js";

const inputs = {
  integer: "number",
  bigint: "number",
  "numeric(10,2)": "number",
  "double precision": "number",
  boolean: "boolean",
  date: "date",
  "timestamp without time zone": "datetime-local",
  "timestamp(3) without time zone": "datetime-local",
  "timestamp with time zone": "datetime-local",
  "time without time zone": "time",
  text: "text",
  "integer[]": "text",
  uuid: "text",
};

for (const [type, input] of Object.entries(inputs)) {
  test(`${type} is typed into a ${input} field`, () => assert.equal(inputFor(type).type, input));
}

test("numbers are numeric, arrays and intervals of them are not", () => {
  const types = ["smallint", "numeric(10,2)", "money", "real", "integer[]", "int4range", "interval", "text"];
  assert.deepEqual(types.filter(isNumeric), ["smallint", "numeric(10,2)", "money", "real"]);
});

test("an empty field is a value for text alone", () => {
  assert.deepEqual(["text", "character varying(10)", "text[]", "integer", "date"].filter(takesEmpty), ["text", "character varying(10)"]);
});

test("a column is as wide as its longest value or heading, within bounds", () => {
  const columns = ["a", "heading", "c"].map((label) => ({ name: label, label, type: "text" }));
  const [short, heading, long] = columnWidths(columns, [["1", null, "x".repeat(5000)]]);
  assert.deepEqual([short, heading, long], [8, 10, 39]);
});
