import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { recall, remember } from "../../static/js/table-memory.js";

const KEY = "rowstream-columns";
const EMPTY = { widths: {}, pins: [] };
/** @type {Map<string, string>} */
let stored;
let forbidden;

/** A storage as browsers have it, or one that may not be touched. */
const storage = {
  getItem: (key) => ask(() => stored.get(key) ?? null),
  setItem: (key, value) => ask(() => stored.set(key, value)),
};

const ask = (answer) => {
  if (forbidden) throw new DOMException("The operation is insecure.", "SecurityError");
  return answer();
};

beforeEach(() => {
  stored = new Map();
  forbidden = false;
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
});

const recalled = (report) => ({ widths: { ...recall(report).widths }, pins: recall(report).pins });

test("widths and pins are kept for each report", () => {
  remember("a", { widths: { x: 120 }, pins: ["x"] });
  remember("b", { widths: { x: 80 }, pins: [] });
  assert.deepEqual(recalled("a"), { widths: { x: 120 }, pins: ["x"] });
  assert.deepEqual(recalled("c"), EMPTY);
});

test("a column may be called __proto__", () => {
  remember("a", { widths: Object.assign(Object.create(null), { ["__proto__"]: 99 }), pins: [] });
  assert.equal(recall("a").widths["__proto__"], 99);
  assert.equal(recall("b").widths["__proto__"], undefined);
});

test("only the latest reports are remembered", () => {
  for (let report = 0; report < 200; report += 1) remember(`report ${report}`, { widths: { x: 100 }, pins: [] });
  assert.equal(JSON.parse(stored.get(KEY)).length, 40);
  assert.deepEqual(recalled("report 0"), EMPTY);
  assert.equal(recall("report 199").widths.x, 100);
});

for (const garbage of ["", "{", "null", "7", '{"a":1}', '[["a"]]', '[["a",null]]', '[["a",{"widths":5,"pins":"no"}]]', '[["a",{"widths":{"x":"wide","y":-4,"z":1e9}}]]']) {
  test(`a storage with ${garbage || "nothing"} in it is no harm`, () => {
    stored.set(KEY, garbage);
    assert.deepEqual(recalled("a"), EMPTY);
    remember("a", { widths: { x: 50 }, pins: [] });
    assert.equal(recall("a").widths.x, 50);
  });
}

test("a storage that may not be touched is no harm", () => {
  forbidden = true;
  remember("a", { widths: { x: 50 }, pins: [] });
  assert.deepEqual(recalled("a"), EMPTY);
});
