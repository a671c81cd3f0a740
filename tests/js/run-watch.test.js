import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { ProblemError, unreachable } from "../../static/js/problem.js";
import { RunWatch } from "../../static/js/run-watch.js";
import { settled } from "./fakes.js";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

/** A watch over a run with these answers, one a look; two chunks come with each. */
async function watch(...statuses) {
  const heard = [];
  const asked = [];
  let chunks = 0;
  const ask = async () => {
    const status = statuses.shift();
    if (status instanceof Error) throw status;
    return { status };
  };
  const askIndex = async (_run, after) => {
    asked.push(after);
    return { first_rows: [after, after + 1] };
  };
  const seen = (_record, index) => {
    chunks += index.first_rows.length;
    heard.push(`${chunks} chunks`);
  };
  const watcher = { get chunks() { return chunks; }, seen, finished: ({ status }) => heard.push(status), lost: ({ code }) => heard.push(code) };
  const made = new RunWatch("r", watcher, { ask, askIndex });
  await settled();
  return { heard, asked, watch: made };
}

async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  await settled();
}

test("a look tells of the chunks that came since the last one", async () => {
  const { heard, asked } = await watch("processing", "processing");
  await pass(500);
  assert.deepEqual(asked, [0, 2]);
  assert.deepEqual(heard, ["2 chunks", "4 chunks"]);
});

test("the end is told once, and not looked behind", async () => {
  const { heard } = await watch("pending", "cancelled");
  await pass(500);
  await pass(60_000);
  assert.deepEqual(heard, ["2 chunks", "cancelled"]);
});

test("the next look waits for the answers to the one before, since browsers slow down timers that set each other", async () => {
  let asked = 0;
  let answer = () => {};
  const ask = () => {
    asked += 1;
    return new Promise((resolve) => (answer = () => resolve({ status: "processing" })));
  };
  new RunWatch("r", { chunks: 0, seen: () => {} }, { ask, askIndex: async () => ({ first_rows: [] }) });
  await pass(60_000);
  assert.equal(asked, 1);
  answer();
  await settled();
  await pass(500);
  assert.equal(asked, 2);
});

test("an error ends the watch with its problem", async () => {
  const { heard } = await watch("processing", new ProblemError(unreachable()), "processing");
  await pass(500);
  await pass(60_000);
  assert.deepEqual(heard, ["2 chunks", "unreachable"]);
});

test("a look that cannot wait does not", async () => {
  const { heard, watch: made } = await watch("processing", "completed");
  made.now();
  await settled();
  assert.equal(heard.at(-1), "completed");
});

test("a closed watch is silent, also about what it has asked already", async () => {
  const { heard, watch: made } = await watch("processing", "completed");
  made.now();
  made.close();
  await pass(60_000);
  assert.deepEqual(heard, ["2 chunks"]);
});
