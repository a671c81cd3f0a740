import assert from "node:assert/strict";
import { test } from "node:test";

import { emptyWords, endWords, endings, hasRows, isExpired, keptWords, percentWords, rowWords, stageWords } from "../../static/js/run-item-words.js";

const now = new Date("2026-01-02T00:00:00Z");

function record(changes = {}) {
  return {
    run: "r",
    title: "Late",
    status: "processing",
    stage: "processing",
    position: null,
    rows: 50,
    total: 200,
    total_kind: "exact",
    progress: 25,
    reason: null,
    error: null,
    expires_at: null,
    ...changes,
  };
}

const completed = { status: "completed", stage: null, expires_at: "2026-01-02T00:43:30Z" };
const past = "2026-01-01T23:59:59Z";

for (const [changes, words] of [
  [{ status: "pending", stage: "queued", position: 2 }, "Waiting in line: 2nd"],
  [{ status: "pending", stage: "queued" }, "Waiting in line"],
  [{ stage: "fetching" }, "Waiting for the first row"],
  [{ stage: null }, "Waiting for the first row"],
  [{}, "Reading rows"],
  [{ stage: "finalizing" }, "Finishing"],
  [completed, "Completed"],
  [{ ...completed, expires_at: past }, "Expired"],
  [{ status: "failed", expires_at: past }, "Expired"],
  [{ status: "failed" }, "Failed"],
  [{ status: "cancelled" }, "Cancelled"],
]) {
  test(`${JSON.stringify(changes)} is ${words}`, () => assert.equal(stageWords(record(changes), now), words));
}

for (const [changes, words] of [
  [{}, "50 of 200 rows"],
  [{ total_kind: "estimate" }, "50 of about 200 rows"],
  [{ total: null, rows: 1 }, "1 row so far"],
  [completed, "50 rows"],
  [{ status: "cancelled" }, "Partial: 50 rows"],
  [{ status: "failed", rows: 0 }, "0 rows"],
  [{ status: "pending" }, ""],
]) {
  test(`the rows of ${JSON.stringify(changes)} are ${words}`, () => assert.equal(rowWords(record(changes)), words));
}

test("a percentage is said while there is one and rows are read", () => {
  assert.equal(percentWords(record()), "25.0 %");
  assert.equal(percentWords(record({ progress: null })), "");
  assert.equal(percentWords(record({ ...completed, progress: 100 })), "");
});

for (const [expires_at, words] of [
  [null, ""],
  [past, ""],
  ["2026-01-02T00:00:59Z", "kept for less than a minute"],
  ["2026-01-02T00:43:59Z", "kept for 43 min"],
  ["2026-01-02T01:59:59Z", "kept for 119 min"],
  ["2026-01-03T01:00:00Z", "kept for 25 h"],
  ["2026-01-05T00:00:00Z", "kept for 3 days"],
]) {
  test(`what expires at ${expires_at} is ${words || "not said to be kept"}`, () => assert.equal(keptWords(record({ expires_at }), now), words));
}

test("what has expired has no rows and says how to have some", () => {
  const expired = record({ ...completed, expires_at: past });
  assert.ok(isExpired(expired, now));
  assert.ok(!hasRows(expired, now));
  assert.match(endWords(expired, now), /expired and are deleted\. Run it again/);
});

test("rows can be downloaded as soon as there is one, and of a complete run that has none", () => {
  assert.ok(hasRows(record({ rows: 1 }), now));
  assert.ok(hasRows(record({ ...completed, rows: 0 }), now));
  assert.ok(!hasRows(record({ rows: 0 }), now));
  assert.ok(!hasRows(record({ status: "failed", rows: 0 }), now));
});

for (const [changes, words] of [
  [{ status: "failed", error: { detail: "Division by zero.", hint: "Ask for less." } }, "Division by zero. Ask for less."],
  [{ status: "failed" }, "It ended without saying why."],
  [{ status: "cancelled", reason: "user" }, ""],
  [{ status: "cancelled", reason: "follower_left" }, "It was cancelled because nobody was following it."],
  [{ status: "cancelled", reason: "operator" }, "It was cancelled by the operator of the database."],
  [completed, ""],
]) {
  test(`the end of ${JSON.stringify(changes)} is told as ${JSON.stringify(words)}`, () => assert.equal(endWords(record(changes), now), words));
}

test("each end is said once: only of what was under way before", () => {
  const old = record({ ...completed, run: "old" });
  const after = [record(completed), old];
  assert.deepEqual(endings([record(), old], after), ["Late: completed, 50 rows."]);
  assert.deepEqual(endings(after, after), []);
});

test("a failure is said with its reason and what is kept", () => {
  const failed = record({ status: "failed", error: { detail: "Division by zero." } });
  assert.deepEqual(endings([record()], [failed]), ["Late: failed, 50 rows kept. Division by zero."]);
});

test("an empty list says how to fill it, or that it stays empty without cookies", () => {
  assert.match(emptyWords(true), /press Run/);
  assert.match(emptyWords(false), /keeps no cookies/);
});
