import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Pace } from "../../static/js/page-turn.js";

const never = () => 0;

test("work is due for a turn after a while, and anew after the turn", async () => {
  globalThis.document = { hidden: true };
  const now = mock.method(performance, "now", () => 100);
  const pace = new Pace();
  assert.ok(!pace.isDue);
  now.mock.mockImplementation(() => 108);
  assert.ok(pace.isDue);
  await pace.turn();
  assert.ok(!pace.isDue);
  now.mock.restore();
});

test("a visible page gets its turn with the frame", async () => {
  globalThis.document = { hidden: false };
  let draw = never;
  globalThis.requestAnimationFrame = (callback) => (draw = callback);
  const turn = new Pace().turn();
  draw();
  await turn;
});

test("a visible page that draws no frame gets its turn all the same", async () => {
  globalThis.document = { hidden: false };
  globalThis.requestAnimationFrame = never;
  await new Pace().turn();
});
