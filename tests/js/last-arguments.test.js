import assert from "node:assert/strict";
import { test } from "node:test";

import { lastArguments, rememberArguments } from "../../static/js/last-arguments.js";

function storage() {
  const kept = new Map();
  return {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => kept.set(key, text),
    removeItem: (/** @type {string} */ key) => kept.delete(key),
  };
}
const full = { getItem: () => "[", setItem: () => { throw new Error("full"); }, removeItem: () => {} };

test("the last arguments of a report are remembered, whatever they are called", () => {
  const kept = storage();
  rememberArguments("flights", Object.assign(Object.create(null), { ["__proto__"]: "1", carrier: "UA" }), kept);
  assert.deepEqual(Object.entries(lastArguments("flights", {}, kept) ?? {}), [["__proto__", "1"], ["carrier", "UA"]]);
  assert.equal(lastArguments("users", {}, kept), null);
});

test("what the form says already is not offered", () => {
  const kept = storage();
  rememberArguments("flights", { carrier: "UA" }, kept);
  assert.equal(lastArguments("flights", { carrier: "UA" }, kept), null);
});

test("no arguments, or very long ones, take the place of none", () => {
  const kept = storage();
  rememberArguments("flights", { carrier: "UA" }, kept);
  rememberArguments("flights", { carrier: "x".repeat(5000) }, kept);
  assert.equal(lastArguments("flights", {}, kept), null);
});

test("a storage that is full or garbled is no storage", () => {
  rememberArguments("flights", { carrier: "UA" }, full);
  assert.equal(lastArguments("flights", {}, full), null);
});
