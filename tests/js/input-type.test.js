import assert from "node:assert/strict";
import { test } from "node:test";

import { inputFor, takesEmpty } from "../../static/js/input-type.js";

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

test("an empty field is a value for text alone", () => {
  assert.deepEqual(["text", "character varying(10)", "text[]", "integer", "date"].filter(takesEmpty), ["text", "character varying(10)"]);
});
