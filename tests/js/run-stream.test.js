import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { RunStream } from "../../static/js/run-stream.js";
import { FakeEventSource } from "./fakes.js";

function listen(after = 0) {
  const heard = [];
  const listener = {
    event: (name, number) => heard.push(`${name} ${number}`),
    opened: () => heard.push("opened"),
    ended: () => heard.push("ended"),
    lost: () => heard.push("lost"),
  };
  new RunStream("r", after, listener, { source: FakeEventSource, silence: 100 });
  return { heard, source: FakeEventSource.opened.at(-1) };
}

test("a connection asks for what comes after the last event", () => {
  assert.equal(listen(7).source.url, "/api/runs/r/stream?after=7");
});

test("events are told with their numbers, pings are not told", () => {
  const { heard, source } = listen();
  source.say("progress", {}, "r.4");
  source.say("ping", {});
  assert.deepEqual(heard, ["progress 4"]);
});

test("a final event closes the connection, so that it does not reconnect for ever", () => {
  const { heard, source } = listen();
  source.say("completed", {}, "r.9");
  assert.ok(source.closed);
  assert.deepEqual(heard, ["completed 9", "ended"]);
});

test("an error is a loss, told once, and what comes later is inert", () => {
  const { heard, source } = listen();
  source.fail();
  source.fail();
  source.say("chunk", {}, "r.5");
  assert.deepEqual(heard, ["lost"]);
});

test("silence is a loss, and a ping breaks it", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { heard, source } = listen();
  mock.timers.tick(90);
  source.say("ping", {});
  mock.timers.tick(90);
  assert.deepEqual(heard, []);
  mock.timers.tick(20);
  assert.deepEqual(heard, ["lost"]);
  mock.timers.reset();
});
