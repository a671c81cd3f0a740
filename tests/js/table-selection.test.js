import assert from "node:assert/strict";
import { test } from "node:test";

import { bounds, isOne, only } from "../../static/js/cell-range.js";
import { htmlLine, tabLine } from "../../static/js/clipboard-text.js";
import { digitGroups } from "../../static/js/digit-groups.js";
import { commandOf, moved } from "../../static/js/table-keys.js";

const none = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
const held = { ctrl: { ctrlKey: true }, meta: { metaKey: true }, shift: { shiftKey: true }, alt: { altKey: true } };
const pressed = (text) => text.split("+").reduce((event, part) => ({ ...event, ...(held[part] ?? { key: part }) }), none);
const cell = { row: 5, column: 3 };

const commands = {
  Enter: "open",
  "shift+Enter": "record",
  " ": "record",
  "ctrl+ ": "rows",
  "shift+ ": "columns",
  "ctrl+a": "all",
  "meta+A": "all",
  Escape: "clear",
  "alt+ArrowDown": "menu",
  "alt+ArrowLeft": null,
  a: null,
  Tab: null,
};

for (const [keys, command] of Object.entries(commands)) {
  test(`${keys} means ${command}`, () => assert.equal(commandOf(pressed(keys)), command));
}

const leads = {
  ArrowUp: [4, 3],
  ArrowDown: [6, 3],
  ArrowLeft: [5, 2],
  ArrowRight: [5, 4],
  PageUp: [-5, 3],
  PageDown: [15, 3],
  Home: [5, 0],
  End: [5, Infinity],
  "ctrl+Home": [0, 0],
  "meta+End": [Infinity, Infinity],
  "ctrl+ArrowDown": [Infinity, 3],
  "shift+ArrowDown": [6, 3],
};

for (const [keys, [row, column]] of Object.entries(leads)) {
  test(`${keys} leads to ${row}, ${column}`, () => assert.deepEqual(moved(pressed(keys), cell, 10), { row, column }));
}

test("other keys, and the browser's own with Alt, lead nowhere", () => {
  assert.deepEqual(["x", "Tab", "alt+ArrowLeft"].map((keys) => moved(pressed(keys), cell, 10)), [null, null, null]);
});

test("a selection lies between where it began and the active cell", () => {
  const range = { ...only({ row: 7, column: 1 }), active: { row: 2, column: 4 } };
  assert.deepEqual(bounds(range, 100, 10), { top: 2, bottom: 7, left: 1, right: 4 });
  assert.ok(!isOne(range) && isOne(only(cell)));
});

test("whole rows and columns are as many as there are", () => {
  assert.deepEqual(bounds({ ...only(cell), rows: true }, 100, 10), { top: 0, bottom: 99, left: 3, right: 3 });
  assert.deepEqual(bounds({ ...only(cell), columns: true }, 100, 10), { top: 5, bottom: 5, left: 0, right: 9 });
});

test("values that would break a line apart are quoted as spreadsheets do, NULL is empty", () => {
  assert.equal(tabLine(["a", null, "", "b\tc", 'say "x"', "two\nlines", " "]), 'a\t\t\t"b\tc"\t"say ""x"""\t"two\nlines"\t ');
});

test("HTML has values as text", () => {
  assert.equal(htmlLine(["<b>&", null], "th"), "<tr><th>&lt;b&gt;&amp;</th><th></th></tr>");
  assert.match(htmlLine(["two\nlines"]), /two<br [^>]*>lines/);
});

const groups = {
  "1234567.8901": ["1", "234", "567.8901"],
  "-123456": ["-123", "456"],
  12345: ["12", "345"],
  2024: ["2024"],
  "1e+20": ["1e+20"],
  NaN: ["NaN"],
  "-Infinity": ["-Infinity"],
  "$1,234,567.00": ["$1,234,567.00"],
};

for (const [text, parts] of Object.entries(groups)) {
  test(`${text} is set apart as ${parts.join(" ")}`, () => assert.deepEqual(digitGroups(text), parts));
}
