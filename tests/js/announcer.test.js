import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Announcer } from "../../static/js/announcer.js";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

test("progress is said at once, then not before a pause, and then the newest alone", () => {
  const region = { textContent: "" };
  const announcer = new Announcer(region, 7000);
  for (const text of ["1 row", "2 rows", "3 rows"]) announcer.say(text, false);
  assert.equal(region.textContent, "1 row");
  mock.timers.tick(7000);
  assert.equal(region.textContent, "3 rows");
});

test("an end is said at once", () => {
  const region = { textContent: "" };
  const announcer = new Announcer(region, 7000);
  announcer.say("1 row", false);
  announcer.say("Completed", true);
  assert.equal(region.textContent, "Completed");
});
