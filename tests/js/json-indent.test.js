import assert from "node:assert/strict";
import { test } from "node:test";

import { indented } from "../../static/js/json-indent.js";

/** @param {...string} lines */
const text = (...lines) => lines.join("\n");

test("members stand on lines of their own", () => {
  assert.equal(indented('{"a": [1,2], "b":{"c":null}}'), text("{", '  "a": [', "    1,", "    2", "  ],", '  "b": {', '    "c": null', "  }", "}"));
});

test("what JSON.parse would change stays digit for digit", () => {
  const kept = ["9007199254740993", "0.10000000000000000001", "1e400", "-0", "1.50"];
  for (const number of kept) assert.equal(indented(`[${number}]`), `[\n  ${number}\n]`);
});

test("repeated and odd names stay, in their order", () => {
  assert.equal(indented('{"b":1,"b":2,"__proto__":3,"1":4}'), text("{", '  "b": 1,', '  "b": 2,', '  "__proto__": 3,', '  "1": 4', "}"));
});

test("strings are not touched, whatever stands in them", () => {
  for (const string of ['"a,b:{c}[d]  e"', '"\\""', '"\\\\"', '"\\\\\\"x"', '"\\u0000\\n"', '""']) assert.equal(indented(`[${string}]`), `[\n  ${string}\n]`);
});

test("empty objects and arrays, and single values, stay on one line", () => {
  for (const value of ["{}", "[]", "12", '"x"', "null", ""]) assert.equal(indented(` ${value} `), value);
  assert.equal(indented("[{},[]]"), "[\n  {},\n  []\n]");
});

test("text that is indented already comes out the same", () => {
  const once = indented('{"a":[1,{"b":[]}],"c":"d"}');
  assert.equal(indented(once), once);
});

test("what JSON means is the same before and after", () => {
  const value = { a: [1, "two", { three: [true, false, null] }], "b\"\\": "\u2028", c: {} };
  assert.deepEqual(JSON.parse(indented(JSON.stringify(value))), value);
});

test("text that was cut comes out cut", () => {
  assert.equal(indented('{"a":["lon'), text("{", '  "a": [', '    "lon'));
  assert.equal(indented('{"a\\'), '{\n  "a\\');
});

test("nesting thousands deep does not become millions of blanks", () => {
  const deep = "[".repeat(5000) + "]".repeat(5000);
  const made = indented(deep);
  assert.equal(made.replace(/\s/g, ""), deep);
  assert.ok(made.length < 60 * deep.length);
});

test("a string of megabytes is one token", () => {
  const long = `"${"\\n".repeat(2_000_000)}"`;
  assert.equal(indented(`[${long}]`).length, long.length + 6);
});
