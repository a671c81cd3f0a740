import assert from "node:assert/strict";
import { test } from "node:test";

import { EventParser } from "../../static/js/event-parser.js";
import { eventText } from "./fakes.js";

const decoder = new TextDecoder();

/** What the parser makes of a text whose bytes come in pieces of so many. */
function events(text, size = 1e6) {
  const parser = new EventParser();
  const bytes = new TextEncoder().encode(text);
  const found = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const { name, number, data } of parser.push(bytes.subarray(at, at + size))) {
      found.push([name, number, decoder.decode(data)]);
    }
  }
  return found;
}

const stream = `retry: 1000\n\n${eventText("run", { title: "Ünïcode 👩‍👩‍👧 \u2028" }, "r.1")}${eventText("ping", {})}: a comment\n\n${eventText("chunk", [["a: b"]], "r.23")}`;
const told = [
  ["run", 1, '{"title":"Ünïcode 👩‍👩‍👧 \u2028"}'],
  ["ping", 0, "{}"],
  ["chunk", 23, '[["a: b"]]'],
];

for (const size of [1, 2, 3, 5, 7, 64, 1e6]) {
  test(`events are the same in pieces of ${size} bytes, also cut inside a character`, () => {
    assert.deepEqual(events(stream, size), told);
  });
}

test("an event that has not ended is not told", () => {
  assert.deepEqual(events('id: r.1\nevent: chunk\ndata: {"rows":[]}\n'), []);
});

test("an id is that of one event, not of the next", () => {
  assert.deepEqual(events(`${eventText("progress", {}, "r.7")}${eventText("ping", {})}`).map(([, number]) => number), [7, 0]);
});

test("an id that ends in no number is none", () => {
  assert.equal(events(eventText("progress", {}, "r"))[0][1], 0);
});

test("data keeps no more memory than its own", () => {
  const piece = new TextEncoder().encode(`${eventText("chunk", ["a"], "r.1")}${" ".repeat(100_000)}`);
  const [{ data }] = [...new EventParser().push(piece)];
  assert.ok(data.buffer.byteLength < 100);
});

test("a stop in the middle of a piece loses nothing of it", () => {
  const parser = new EventParser();
  const pushed = parser.push(new TextEncoder().encode(`${eventText("a", 1)}${eventText("b", 2)}`));
  assert.equal(pushed.next().value.name, "a");
  assert.equal(pushed.next().value.name, "b");
});
