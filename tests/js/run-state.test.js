import assert from "node:assert/strict";
import { test } from "node:test";

import { keptWords } from "../../static/js/kept-words.js";
import { elapsed, idle, isFinal, isInProgress, isPartial, reduce } from "../../static/js/run-state.js";
import { announcement, figures, lineWords, stageWords, tabTitle } from "../../static/js/run-words.js";

const record = {
  run: "r", report: "flights", title: "Flights", arguments: {}, query: {}, status: "pending", stage: "queued",
  position: 3, rows: 0, chunks: 0, total: null, total_kind: "unknown", progress: null,
  created_at: "2026-01-01T00:00:00Z", elapsed_ms: 100, reason: null, error: null,
};
const started = reduce(idle(), { type: "record", record, at: 0 });
const event = (name, data, at = 1000, run = "r") => ({ type: "event", run, name, data, at });
const chunk = (first_row, count, at) => event("chunk", { chunk: 1, first_row, count, rows_so_far: first_row + count, total: 4000, total_kind: "exact", progress: 25 }, at);
const ended = (status, more = {}) => event(status, { status, rows: 1000, chunks: 1, elapsed_ms: 2000, ...more });
const after = (...actions) => actions.reduce(reduce, started);

test("a started run waits in line, and its place is told", () => {
  assert.ok(isInProgress(started));
  assert.equal(stageWords(started), "Waiting in line: 3rd");
});

test("an event of another run changes nothing", () => {
  assert.equal(reduce(started, event("completed", { status: "completed" }, 0, "other")), started);
});

test("rows, total and percentage are those of the newest chunk", () => {
  const state = after(chunk(0, 1000));
  assert.deepEqual(figures(state, 1000)["row-figure"], "1,000 of 4,000 rows");
  assert.equal(figures(state, 1000).percent, "25.0 %");
});

test("an unknown total shows no percentage, and an estimate is marked as one", () => {
  const progress = { stage: "processing", rows: 0, total: null, total_kind: "unknown", progress: null, elapsed_ms: 5 };
  assert.equal(figures(after(event("progress", progress)), 0).percent, "");
  const estimated = figures(after(event("progress", { ...progress, total: 900, total_kind: "estimate", progress: 30 })), 0);
  assert.deepEqual([estimated["row-figure"], estimated.percent], ["0 of ≈ 900 rows", "≈ 30.0 %"]);
});

test("a chunk that comes a second time takes no rows away", () => {
  assert.equal(after(chunk(1000, 1000), chunk(0, 1000)).rows, 2000);
});

test("the age goes on between events and stands still at the end", () => {
  assert.equal(elapsed(started, 400), 500);
  assert.equal(elapsed(after(ended("completed")), 99_999), 2000);
});

test("a completed run is not partial, a cancelled or failed one is", () => {
  assert.deepEqual(["completed", "cancelled", "failed"].map((status) => isPartial(after(ended(status)))), [false, true, true]);
});

test("an end is the end of cancelling, too", () => {
  const asked = after({ type: "cancel", run: "r", cancelling: true });
  assert.equal(stageWords(asked), "Cancelling…");
  assert.equal(reduce(asked, ended("completed")).cancelling, false);
});

test("who cancelled is told, with the rows that are kept", () => {
  assert.equal(announcement(after(ended("cancelled", { reason: "user" }))), "The run was cancelled. 1,000 rows are kept.");
  assert.match(announcement(after(ended("cancelled", { reason: "follower_left" }))), /nobody was following/);
});

test("a failure keeps the rows and brings its problem", () => {
  const state = after(chunk(0, 1000), ended("failed", { error: { detail: "Division by zero." } }));
  assert.equal(state.problem.detail, "Division by zero.");
  assert.equal(keptWords(state), "1,000 rows arrived before and are kept.");
});

test("a run that the server has no more leaves its rows on the page", () => {
  const state = after(chunk(0, 1000), { type: "cut", run: "r", problem: { detail: "Gone." }, at: 5 });
  assert.ok(isFinal(state) && state.run === null);
  assert.match(keptWords(state), /stay on this page/);
});

test("a lost connection is not the end of the run", () => {
  const state = after({ type: "connection", run: "r", connection: "waiting", retryAt: 9 });
  assert.ok(isInProgress(state));
  assert.equal(stageWords(state), "Connection lost");
  assert.match(lineWords(state, 0), /rows so far are kept. Trying again in 1 s/);
});

test("a run that ended while the page was away keeps its columns, so that the table stays where it is", () => {
  const columns = [{ name: "a", type: "text", label: "a" }];
  const state = after(event("columns", { columns }), { type: "record", record: { ...record, status: "completed", columns: [...columns], rows: 7 }, at: 0 });
  assert.equal(state.columns, columns);
  assert.equal(state.rows, 7);
});

test("a request that failed beside the run does not change how it ended", () => {
  const failed = after(ended("failed", { error: { detail: "Division by zero." } }));
  const state = reduce(failed, { type: "trouble", run: "r", problem: { detail: "Away." } });
  assert.equal(reduce(state, { type: "trouble", run: "r", problem: null }).problem.detail, "Division by zero.");
});

test("an ended run is opened with its rows at once", () => {
  const actions = [
    { type: "opening", run: "r" },
    { type: "record", record: { ...record, status: "cancelled", columns: [], rows: 1000 }, at: 0 },
  ];
  assert.equal(announcement(actions.reduce(reduce, idle())), "The run was cancelled. 1,000 rows are kept.");
});

test("without a network nothing is tried again", () => {
  const state = after({ type: "connection", run: "r", connection: "offline", retryAt: 0 });
  assert.equal(stageWords(state), "Offline");
  assert.match(lineWords(state, 0), /There is no network/);
});

test("the tab tells how far the run is, and how it ended", () => {
  assert.equal(tabTitle(after(chunk(0, 1000)), "Flights"), "25 % · Flights – Rowstream");
  assert.equal(tabTitle(after(ended("failed")), "Flights"), "Failed · Flights – Rowstream");
});

test("a run that nobody cancelled on the page says why it ended", () => {
  const why = (reason) => figures(after(ended("cancelled", { reason })), 0).why;
  assert.deepEqual(["user", "follower_left"].map(why), ["", "Cancelled because nobody was following it"]);
});
