import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { ProblemError } from "../../static/js/problem.js";
import { RunFollower } from "../../static/js/run-follower.js";
import { settled } from "./fakes.js";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

const away = new ProblemError({ code: "unreachable", title: "", status: 0, detail: "", retryable: true });
const gone = new ProblemError({ code: "gone", title: "", status: 410, detail: "", retryable: false });
const bytes = new Uint8Array();

/** A follower whose connections, slots and answers are the test's. `lines` are what it has opened. */
async function follow({ answers = [], slots = Infinity, full = false, after = 0, absent = 0 } = {}) {
  const world = { heard: [], lines: [], slots, full, absent, network: new EventTarget(), taken: [] };
  const line = (kind) =>
    class {
      constructor(_run, ...rest) {
        const [after, listener] = kind === "stream" ? rest : [undefined, rest[0]];
        const said = (name) => (...words) => listener[name](...words);
        this.open = world.open = { kind, after, event: said("event"), seen: said("seen"), finished: said("finished"), lost: said("lost"), closed: false };
        world.lines.push(this.open);
      }
      close() {
        this.open.closed = true;
      }
      now() {
        world.heard.push("now");
      }
    };
  const slot = async (lost) => {
    if (world.slots <= 0) return null;
    world.slots -= 1;
    world.taken.push(lost);
    return () => (world.slots += 1);
  };
  const watch = async () => {
    if (world.absent-- > 0) throw new TypeError("The module could not be loaded.");
    return { RunWatch: line("watch") };
  };
  const told = (what) => (value) => world.heard.push(`${what} ${value.status ?? value}`);
  world.finish = told("finished");
  const ask = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return { status: answer };
  };
  world.follower = new RunFollower(
    "r",
    after,
    {
      event: told("event"), seen: told("seen"), store: { chunks: 3, get isFull() { return world.full; } },
      connection: (state, wait) => world.heard.push(`${state} ${wait}`), finished: async (record) => world.finish(record), refused: told("refused"),
    },
    { random: () => 1, ask, stream: line("stream"), watch, slot, network: world.network },
  );
  world.follower.start();
  await settled();
  return world;
}

/** Lets the waits and the answers behind them happen. */
async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  await settled();
}

const kinds = (world) => world.lines.map(({ kind, closed }) => (closed ? `(${kind})` : kind));
const look = (event) => [{ status: "processing" }, { event }];

test("after a loss it goes on behind the last event it has seen", async () => {
  const world = await follow({ answers: ["processing"] });
  world.open.event("chunk", 5, bytes);
  world.open.lost(null);
  await pass(1000);
  assert.deepEqual(world.lines.map(({ after }) => after), [0, 5]);
});

test("what is known beforehand is not asked for", async () => {
  const { lines, open, heard } = await follow({ after: 7 });
  open.event("chunk", 7, bytes);
  assert.equal(lines[0].after, 7);
  assert.ok(!heard.includes("event chunk"));
});

test("an event that was seen is not told again", async () => {
  const { heard, open } = await follow();
  for (const number of [1, 2, 2, 1, 3]) open.event("chunk", number, bytes);
  assert.equal(heard.filter((line) => line.startsWith("event")).length, 3);
});

test("a final event without a number is told", async () => {
  const { heard, open } = await follow();
  open.event("chunk", 5, bytes);
  open.event("failed", 0, bytes);
  assert.ok(heard.includes("event failed"));
});

test("waits grow to a bound while nobody answers, and begin small again after an event", async () => {
  const world = await follow({ answers: [...Array(6).fill(away), "processing"] });
  world.open.lost(null);
  for (let attempt = 0; attempt < 7; attempt += 1) await pass(30_000);
  world.open.event("progress", 1, bytes);
  world.open.lost(null);
  const waits = world.heard.filter((line) => line.startsWith("waiting")).map((line) => Number(line.split(" ")[1]));
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 1000]);
});

test("a run that ended meanwhile is told with its record", async () => {
  const { heard, open } = await follow({ answers: ["failed"] });
  open.lost(null);
  await pass(1000);
  assert.equal(heard.at(-1), "finished failed");
});

test("an end whose rows cannot be asked for yet is asked for again", async () => {
  const world = await follow({ answers: ["completed", "completed"] });
  const { finish } = world;
  world.finish = () => {
    world.finish = finish;
    throw away;
  };
  world.open.lost(null);
  await pass(1000);
  assert.equal(world.heard.at(-1), "waiting 2000");
  await pass(2000);
  assert.equal(world.heard.at(-1), "finished completed");
});

test("a run that is gone is told with its problem, and not asked for again", async () => {
  const { heard, open } = await follow({ answers: [gone] });
  open.lost(null);
  await pass(1000);
  await pass(60_000);
  assert.equal(heard.at(-1), "refused 410");
});

test("a stream that is refused asks for the run without a wait", async () => {
  const { heard, open } = await follow({ answers: ["completed"] });
  open.lost({ status: 204 });
  await settled();
  assert.equal(heard.at(-1), "finished completed");
});

test("a stream that is refused for a run in progress is told with its problem", async () => {
  const { heard, open } = await follow({ answers: ["processing"] });
  open.lost({ status: 400 });
  await settled();
  assert.equal(heard.at(-1), "refused 400");
});

test("an answer that may pass is waited for", async () => {
  const { heard, open } = await follow();
  open.lost({ status: 503 });
  assert.equal(heard.at(-1), "waiting 1000");
});

test("retry now does not wait, and does nothing without a loss", async () => {
  const world = await follow({ answers: ["processing"] });
  world.follower.retryNow();
  world.open.lost(null);
  world.follower.retryNow();
  await settled();
  assert.equal(world.lines.length, 2);
});

test("a follower that was stopped is silent, has no slot and does not hear of the network", async () => {
  const { heard, open, follower, network } = await follow({ answers: ["processing"] });
  open.lost(null);
  follower.stop();
  const before = heard.length;
  network.dispatchEvent(new Event("online"));
  await pass(60_000);
  assert.equal(heard.length, before);
});

test("a slot is given back when the connection is over, however it ends", async () => {
  const ways = [({ lost }) => lost(null), ({ event }) => event("completed", 9, bytes)];
  for (const end of ways) {
    const world = await follow({ slots: 1 });
    assert.equal(world.slots, 0);
    end(world.open);
    assert.equal(world.slots, 1);
    world.follower.stop();
  }
});

test("a slot that comes when the page has left is given back", async () => {
  const world = await follow({ slots: 1 });
  world.follower.stop();
  world.follower.start();
  world.follower.stop();
  await settled();
  assert.equal(world.slots, 1);
});

test("without a slot it watches, and streams behind what it has seen when there is one", async () => {
  const world = await follow({ slots: 0 });
  world.open.seen(...look(7));
  await settled();
  assert.deepEqual(kinds(world), ["watch"]);
  world.slots = 1;
  world.open.seen(...look(9));
  await settled();
  assert.deepEqual(kinds(world), ["(watch)", "stream"]);
  assert.equal(world.open.after, 9);
});

test("rows beyond what the page can keep are watched for, without a slot", async () => {
  const world = await follow({ slots: 1 });
  world.full = true;
  world.open.event("chunk", 1, bytes);
  await settled();
  world.open.seen(...look(5));
  await settled();
  assert.deepEqual(kinds(world), ["(stream)", "watch"]);
  assert.equal(world.slots, 1);
});

test("a final event that fills the page is the end", async () => {
  const world = await follow();
  world.full = true;
  world.open.event("completed", 9, bytes);
  assert.deepEqual(kinds(world), ["(stream)"]);
});

test("a slot that is taken away leaves a watch", async () => {
  const world = await follow({ slots: 1 });
  world.slots = -1;
  world.taken[0]();
  await settled();
  assert.deepEqual(kinds(world), ["(stream)", "watch"]);
});

test("a run that ends while it is watched is told with its record", async () => {
  const { heard, open } = await follow({ slots: 0 });
  open.finished({ status: "cancelled" });
  await settled();
  assert.equal(heard.at(-1), "finished cancelled");
});

test("a watch that loses the server waits like a stream", async () => {
  const world = await follow({ slots: 0, answers: ["processing"] });
  world.open.lost(away.problem);
  await pass(1000);
  assert.deepEqual(kinds(world), ["(watch)", "watch"]);
});

test("a watch whose module cannot be had is tried again, as after a loss", async () => {
  const world = await follow({ slots: 0, absent: 1, answers: ["processing"] });
  assert.equal(world.heard.at(-1), "waiting 1000");
  await pass(1000);
  assert.deepEqual(kinds(world), ["watch"]);
});

test("who watches can look at once", async () => {
  const { heard, follower } = await follow({ slots: 0 });
  follower.retryNow();
  assert.equal(heard.at(-1), "now");
});

test("offline is said at once, and its waits do not grow", async () => {
  const { heard, open, network } = await follow({ answers: [away, away, away] });
  network.dispatchEvent(new Event("offline"));
  assert.equal(heard.at(-1), "offline 0");
  open.lost(null);
  for (let attempt = 0; attempt < 3; attempt += 1) await pass(1000);
  assert.deepEqual(heard.slice(2), Array(4).fill("offline 1000"));
});

test("online asks at once and connects anew", async () => {
  const world = await follow({ answers: ["processing"] });
  world.network.dispatchEvent(new Event("offline"));
  world.open.event("chunk", 5, bytes);
  world.network.dispatchEvent(new Event("online"));
  await settled();
  assert.deepEqual(kinds(world), ["(stream)", "stream"]);
  assert.equal(world.open.after, 5);
});
