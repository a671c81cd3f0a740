import assert from "node:assert/strict";
import { test } from "node:test";

import { ago } from "../../static/js/age.js";
import { counted, duration, ordinal, percent, rowCount, secondsLeft } from "../../static/js/format.js";

const durations = [
  [0, "0.0 s"],
  [849, "0.8 s"],
  [59_999, "59.9 s"],
  [60_000, "1 min 00 s"],
  [125_000, "2 min 05 s"],
  [3_840_000, "1 h 04 min"],
];

for (const [milliseconds, text] of durations) {
  test(`${milliseconds} ms are written ${text}`, () => assert.equal(duration(milliseconds), text));
}

test("counts have separators and agree with their noun", () => {
  assert.deepEqual([rowCount(0), rowCount(1), rowCount(336_776)], ["0 rows", "1 row", "336,776 rows"]);
  assert.equal(counted(2, "report"), "2 reports");
});

test("places in line are ordinals", () => {
  assert.deepEqual([1, 2, 3, 4, 11, 22].map(ordinal), ["1st", "2nd", "3rd", "4th", "11th", "22nd"]);
});

test("a percentage has one digit, but 100 has none", () => {
  assert.deepEqual([percent(0.3), percent(99.9), percent(100)], ["0.3 %", "99.9 %", "100 %"]);
});

test("a countdown ends when it shows 0", () => {
  assert.deepEqual([1001, 1, 0, -5].map(secondsLeft), [2, 1, 0, 0]);
});

test("a moment is told by how long ago it was", () => {
  const now = new Date("2026-01-01T12:00:00Z");
  const moments = ["2026-01-01T12:00:03Z", "2026-01-01T11:57:30Z", "2026-01-01T10:00:00+00:00"];
  assert.deepEqual(moments.map((iso) => ago(iso, now)), ["just now", "2 min ago", "2 h ago"]);
});
