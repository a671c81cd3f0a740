import assert from "node:assert/strict";
import { test } from "node:test";

import { leftWords, paced, paceWords, rate, unknownPace } from "../../static/js/run-pace.js";
import { idle, reduce } from "../../static/js/run-state.js";

const record = {
  run: "r", report: "flights", title: "Flights", arguments: {}, query: {}, status: "processing", stage: "processing",
  position: null, rows: 0, chunks: 0, total: 100_000, total_kind: "exact", progress: 0,
  created_at: "2026-01-01T00:00:00Z", elapsed_ms: 0, reason: null, error: null,
};

/** A run that is followed at so many rows a second, one chunk each 100 ms. @param {(second: number) => number} speed */
function* followed(speed, { total_kind = "exact", total = 100_000 } = {}) {
  let state = reduce(idle(), { type: "record", record: { ...record, total, total_kind }, at: 0 });
  let pace = unknownPace;
  let rows = 0;
  for (let at = 100, chunk = 1; rows < total; at += 100, chunk += 1) {
    const count = Math.min(total - rows, Math.round(speed(at / 1000) / 10));
    const data = { chunk, first_row: rows, count, total, total_kind, progress: (100 * (rows + count)) / total };
    rows += count;
    state = reduce(state, { type: "event", run: "r", name: "chunk", data, at });
    pace = paced(pace, state, at);
    yield { at, rows, pace, left: paceWords(pace, state, at).left };
  }
}

const steady = () => 2000;

test("nothing is guessed before two seconds have passed and a twentieth is here", () => {
  const early = [...followed(steady)].filter(({ at, rows }) => at <= 2000 || rows < 5000);
  assert.ok(early.every(({ left }) => left === ""));
});

test("a steady run counts down to its end, in steps that never go back", () => {
  const words = [...followed(steady)].map(({ left }) => left);
  const steps = words.filter((word, index) => word !== words[index - 1]);
  assert.deepEqual(steps, ["", ...[50, 45, 40, 35, 30, 25, 20, 15, 10].map((s) => `about ${s} s left`), "a few seconds left"]);
});

test("an estimated total is no ground for a guess", () => {
  assert.ok([...followed(steady, { total_kind: "estimate" })].every(({ pace }) => pace.doneAt === null));
});

test("an uneven run does not make the guess jump", () => {
  const uneven = (second) => (Math.floor(second * 2) % 2 ? 3000 : 1000);
  const guesses = [...followed(uneven)].map(({ pace }) => pace.doneAt).filter((at) => at !== null);
  const jumps = guesses.slice(1).map((at, index) => Math.abs(at - guesses[index]));
  assert.ok(Math.max(...jumps) < 3000, `${Math.max(...jumps)} ms`);
});

test("a run that slows down for good is believed within seconds", () => {
  const run = [...followed((second) => (second < 10 ? 5000 : 500))];
  const { at, pace } = run.find(({ at }) => at >= 20_000);
  const truth = run.at(-1).at - at;
  assert.ok((pace.doneAt - at) / truth > 0.3 && (pace.doneAt - at) / truth < 1.5, `${pace.doneAt - at} of ${truth}`);
});

test("what is left is told in coarse steps, and not at all when the guess has proved wrong", () => {
  assert.deepEqual([-6000, -1000, 4000, 18_000, 58_000, 150_000, 3_600_000, 9_000_000].map(leftWords), [
    "", "a few seconds left", "a few seconds left", "about 20 s left", "about 1 min left", "about 3 min left",
    "about 1 h left", "about 2.5 h left",
  ]);
});

/** What is left of a run, watched at these moments. @param {[rows: number, at: number][]} seen */
function watched(...seen) {
  return seen.reduce(({ pace, state }, [rows, at]) => {
    const next = reduce(state, { type: "record", record: { ...record, rows }, at });
    return { state: next, pace: paced(pace, next, at) };
  }, { state: idle(), pace: unknownPace });
}

test("rows that a run had when it was opened say nothing about its speed", () => {
  const { pace } = watched(...[0, 1, 2, 3, 4, 5, 6].map((second) => [60_000 + second * 1000, second * 1000]));
  assert.equal((pace.doneAt ?? 0) - 6000, 34_000);
});

test("the rate looks at the last seconds, and at the whole run when it has ended", () => {
  const { pace, state } = watched([1000, 0], [2000, 1000], [3000, 2000], [9000, 5000]);
  assert.equal(rate(pace, state, 5000), 2000);
  assert.equal(rate(unknownPace, { ...state, status: "completed", elapsed: 4500 }, 9000), 2000);
});

test("another run has a pace of its own", () => {
  const { pace, state } = watched([1000, 0], [2000, 1000]);
  assert.deepEqual(paced(pace, { ...state, run: "other" }, 2000).samples, [{ at: 2000, rows: 2000 }]);
});
