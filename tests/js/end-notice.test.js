import assert from "node:assert/strict";
import { test } from "node:test";

import { isOffered, isTold, noticeWords } from "../../static/js/end-notice.js";
import { idle } from "../../static/js/run-state.js";

const running = { ...idle(), run: "r", status: "processing", elapsed: 12_000, rows: 10 };
const ended = { ...running, status: "completed", elapsed: 31_000 };

test("it is offered after ten seconds, unless the browser has been told to refuse", () => {
  assert.ok(isOffered(running, 0, "default"));
  assert.ok(!isOffered({ ...running, elapsed: 9000 }, 0, "default"));
  assert.ok(!isOffered(running, 0, "denied") && !isOffered(ended, 0, "granted"));
});

test("only an end that was long in coming, and that nobody sees, is told", () => {
  assert.ok(isTold(running, ended, true));
  assert.ok(!isTold(running, ended, false));
  assert.ok(!isTold(running, { ...ended, elapsed: 29_000 }, true));
});

test("who has cancelled the run himself is not told, but by whom it was cancelled otherwise", () => {
  const cancelled = { ...ended, status: "cancelled" };
  assert.ok(!isTold(running, { ...cancelled, reason: "user" }, true));
  assert.ok(isTold(running, { ...cancelled, reason: "operator" }, true));
});

test("an end is told once, and never that of a run which had ended before", () => {
  assert.ok(!isTold(ended, ended, true) && !isTold(null, ended, true));
  assert.ok(!isTold({ ...running, run: "other" }, ended, true));
});

test("it says how the run ended", () => {
  assert.equal(noticeWords(ended), "Completed. 10 rows");
  const problem = { code: "query_failed", title: "", status: 500, detail: "Division by zero.", retryable: false };
  assert.match(noticeWords({ ...ended, status: "failed", problem }), /Failed. 10 rows. Division by zero/);
});
