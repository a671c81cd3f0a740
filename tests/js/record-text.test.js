import assert from "node:assert/strict";
import { test } from "node:test";

import { recordJson, recordTsv } from "../../static/js/record-text.js";

/** @param {...string} types */
const columnsOf = (...types) => types.map((type, at) => ({ name: `c${at + 1}`, label: "", type }));

test("a spreadsheet gets the names over the values", () => {
  assert.equal(recordTsv(columnsOf("integer", "text", "text"), ["1", null, ""]), "c1\tc2\tc3\n1\t\t");
});

test("what would break a spreadsheet's lines is quoted", () => {
  assert.equal(recordTsv(columnsOf("text", "text"), ["a\tb", 'say "x"\n']), 'c1\tc2\n"a\tb"\t"say ""x""\n"');
});

test("numbers, booleans and JSON stand as themselves, digit for digit", () => {
  const columns = columnsOf("bigint", "numeric(20,2)", "boolean", "jsonb", "text", "date");
  const json = recordJson(columns, ["9007199254740993", "1.50", "f", '{"a":1.0}', "t", "2013-01-01"]);
  assert.equal(json, '{\n  "c1": 9007199254740993,\n  "c2": 1.50,\n  "c3": false,\n  "c4": {"a":1.0},\n  "c5": "t",\n  "c6": "2013-01-01"\n}');
});

test("numbers that JSON does not know are text, NULL is null", () => {
  const columns = columnsOf("double precision", "numeric", "money", "integer[]", "integer");
  assert.deepEqual(JSON.parse(recordJson(columns, ["NaN", "-Infinity", "$1.00", "{1}", null])), {
    c1: "NaN", c2: "-Infinity", c3: "$1.00", c4: "{1}", c5: null,
  });
});

test("repeated names are told apart past those that are taken", () => {
  const columns = ["a", "a", "a_2", "a", '"', "__proto__"].map((name) => ({ name, label: "", type: "integer" }));
  const json = recordJson(columns, ["1", "2", "3", "4", "5", "6"]);
  assert.deepEqual(Object.entries(JSON.parse(json)), [["a", 1], ["a_3", 2], ["a_2", 3], ["a_4", 4], ['"', 5], ["__proto__", 6]]);
});

test("a row without columns is an empty object", () => assert.equal(recordJson([], []), "{}"));
