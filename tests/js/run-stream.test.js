import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";

import { RunStream } from "../../static/js/run-stream.js";
import { FakeLine, eventText, settled } from "./fakes.js";

afterEach(() => mock.timers.reset());

const patient = { isDue: false, turn: async () => {} };

function listen({ after = 0, line = new FakeLine(), pace = patient } = {}) {
  const heard = [];
  const listener = {
    event: (name, number) => heard.push(`${name} ${number}`),
    opened: () => heard.push("opened"),
    lost: (problem) => heard.push(problem ? `lost ${problem.code}` : "lost"),
  };
  const stream = new RunStream("r", after, listener, { request: line.request, silence: 80, pace });
  return { heard, line, stream };
}

test("a connection asks for what comes after the last event", () => {
  const { line, stream } = listen({ after: 7 });
  assert.deepEqual(line.requests, ["/api/runs/r/stream?after=7"]);
  stream.close();
});

test("events are told with their numbers, pings are not told", async () => {
  const { heard, line, stream } = listen();
  await settled();
  line.say("progress", {}, "r.4");
  line.say("ping", {});
  await settled();
  assert.deepEqual(heard, ["opened", "progress 4"]);
  stream.close();
});

test("a final event is the end, whatever the line does next", async () => {
  const { heard, line } = listen();
  await settled();
  line.push(eventText("completed", {}, "r.9") + eventText("chunk", {}, "r.10"));
  await settled();
  assert.deepEqual(heard, ["opened", "completed 9"]);
});

for (const how of ["end", "fail"]) {
  test(`a body without a final event is a loss, told once (${how})`, async () => {
    const { heard, line } = listen();
    await settled();
    line.say("progress", {}, "r.4");
    await settled();
    line[how]();
    await settled();
    assert.deepEqual(heard, ["opened", "progress 4", "lost"]);
  });
}

test("no answer is a loss", async () => {
  const { heard } = listen({ line: { request: async () => Promise.reject(new TypeError("refused")) } });
  await settled();
  assert.deepEqual(heard, ["lost"]);
});

test("an answer that is no stream is told with its problem", async () => {
  const problem = { code: "gone", detail: "Expired.", retryable: false };
  const answer = new Response(JSON.stringify(problem), { status: 410 });
  const { heard } = listen({ line: { request: async () => answer } });
  await settled();
  assert.deepEqual(heard, ["lost gone"]);
});

test("nothing more to tell is a loss that says so", async () => {
  const { heard } = listen({ line: { request: async () => new Response(null, { status: 204 }) } });
  await settled();
  assert.deepEqual(heard, ["lost foreign_answer"]);
});

test("silence is a loss, and a ping breaks it", async () => {
  mock.timers.enable({ apis: ["setInterval", "Date"] });
  const { heard, line } = listen();
  await settled();
  mock.timers.tick(70);
  line.say("ping", {});
  await settled();
  mock.timers.tick(70);
  assert.deepEqual(heard, ["opened"]);
  mock.timers.tick(20);
  assert.deepEqual(heard, ["opened", "lost"]);
});

test("a page that was asleep for longer than the silence finds out with its first tick", async () => {
  mock.timers.enable({ apis: ["setInterval", "Date"] });
  const { heard } = listen();
  await settled();
  mock.timers.setTime(100_000);
  mock.timers.tick(10);
  assert.equal(heard.at(-1), "lost");
});

test("a closed connection is silent", async () => {
  const { heard, stream } = listen();
  await settled();
  stream.close();
  await settled();
  assert.deepEqual(heard, ["opened"]);
});

test("the page has its turn after the columns, after the first rows, and when there was enough work", async () => {
  const turns = [];
  const pace = { isDue: false, turn: () => new Promise((resolve) => turns.push(resolve)) };
  const { heard, line, stream } = listen({ pace });
  await settled();
  const names = ["run", "columns", "chunk", "chunk", "chunk"];
  line.push(names.map((name, index) => eventText(name, {}, `r.${index + 1}`)).join(""));
  for (const last of ["columns 2", "chunk 3", "chunk 5"]) {
    await settled();
    assert.equal(heard.at(-1), last);
    turns.pop()?.();
  }
  pace.isDue = true;
  line.push(eventText("chunk", {}, "r.6") + eventText("chunk", {}, "r.7"));
  await settled();
  assert.equal(heard.at(-1), "chunk 6");
  stream.close();
});
