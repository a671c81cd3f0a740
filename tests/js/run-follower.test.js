import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { ProblemError, unreachable } from "../../static/js/problem.js";
import { RunFollower } from "../../static/js/run-follower.js";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

/** A follower whose connections and answers are the test's. */
function follow(answers = []) {
  const heard = [];
  const streams = [];
  class Stream {
    constructor(_run, after, listener) {
      streams.push({ after, ...listener });
    }
    close() {}
  }
  const told = (what) => (value) => heard.push(`${what} ${value.status ?? value}`);
  const ask = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const follower = new RunFollower(
    "r",
    { event: told("event"), connection: (state, wait) => heard.push(`${state} ${wait}`), finished: told("finished"), refused: told("refused") },
    { random: () => 1, ask, stream: Stream },
  );
  follower.start();
  return { heard, streams, follower };
}

/** Lets the waits and the answers behind them happen. */
async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

test("after a loss it goes on behind the last event it has seen", async () => {
  const { streams } = follow([{ status: "processing" }]);
  streams[0].event("chunk", 5, "{}");
  streams[0].lost();
  await pass(1000);
  assert.deepEqual(streams.map(({ after }) => after), [0, 5]);
});

test("an event that was seen is not told again", () => {
  const { heard, streams } = follow();
  for (const number of [1, 2, 2, 1, 3]) streams[0].event("chunk", number, "{}");
  assert.equal(heard.filter((line) => line.startsWith("event")).length, 3);
});

test("a final event without a number is told", () => {
  const { heard, streams } = follow();
  streams[0].event("chunk", 5, "{}");
  streams[0].event("failed", 0, "{}");
  assert.ok(heard.includes("event failed"));
});

test("waits grow to a bound while nobody answers, and begin small again after an event", async () => {
  const away = Array.from({ length: 6 }, () => new ProblemError(unreachable()));
  const { heard, streams } = follow([...away, { status: "processing" }]);
  streams[0].lost();
  for (let attempt = 0; attempt < 7; attempt += 1) await pass(30_000);
  streams.at(-1).event("progress", 1, "{}");
  streams.at(-1).lost();
  const waits = heard.filter((line) => line.startsWith("waiting")).map((line) => Number(line.split(" ")[1]));
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 1000]);
});

test("a run that ended meanwhile is told with its record", async () => {
  const { heard, streams } = follow([{ status: "failed" }]);
  streams[0].lost();
  await pass(1000);
  assert.equal(heard.at(-1), "finished failed");
});

test("a run that is gone is told with its problem, and not asked for again", async () => {
  const gone = new ProblemError({ code: "gone", title: "", status: 410, detail: "", retryable: false });
  const { heard, streams } = follow([gone]);
  streams[0].lost();
  await pass(1000);
  await pass(60_000);
  assert.equal(heard.at(-1), "refused 410");
});

test("retry now does not wait, and does nothing without a loss", async () => {
  const { streams, follower } = follow([{ status: "processing" }]);
  follower.retryNow();
  streams[0].lost();
  follower.retryNow();
  await pass(0);
  assert.equal(streams.length, 2);
});

test("a follower that was stopped is silent", async () => {
  const { heard, streams, follower } = follow([{ status: "processing" }]);
  streams[0].lost();
  follower.stop();
  const before = heard.length;
  await pass(60_000);
  assert.equal(heard.length, before);
});
