import assert from "node:assert/strict";
import { test } from "node:test";

import {
  codingWords, endWords, endings, expiryWords, exportWords, fileSize, isExpired, percentWords, progressWords, rowWords, stageWords,
} from "../../static/js/export-words.js";

const now = new Date("2026-01-02T00:00:00Z");

function record(changes = {}) {
  return {
    exportId: "e",
    report: "late",
    title: "Late",
    format: "csv",
    status: "processing",
    stage: "processing",
    position: null,
    progress: { totalRows: 200, processedRows: 50, percentage: 25 },
    totalKind: "exact",
    error: null,
    arguments: {},
    query: {},
    options: {},
    createdAt: "2026-01-01T23:00:00Z",
    completedAt: null,
    expiresAt: null,
    elapsedMs: 1000,
    file: null,
    links: { download: "/exports/e/download" },
    ...changes,
  };
}

const file = { name: "late.csv", size: 1_234_567, sha256: "ab", codings: { gzip: 234_567, zstd: 200_000 } };
const completed = { status: "completed", stage: null, file, expiresAt: "2026-01-02T23:30:00Z" };

for (const [changes, words] of [
  [{ status: "pending", stage: "queued", position: 2 }, "Waiting in line: 2nd"],
  [{ status: "pending", stage: "queued" }, "Waiting in line"],
  [{ stage: "fetching" }, "Waiting for the first row"],
  [{}, "Writing rows"],
  [{ stage: "file-generation" }, "Completing the file"],
  [{ stage: "finalizing" }, "Finishing"],
  [completed, "Completed"],
  [{ ...completed, file: null }, "Expired"],
  [{ ...completed, expiresAt: "2026-01-01T00:00:00Z" }, "Expired"],
  [{ status: "failed", stage: null }, "Failed"],
  [{ status: "cancelled", stage: null }, "Cancelled"],
]) {
  test(`${JSON.stringify(changes)} is ${words}`, () => assert.equal(stageWords(record(changes), now), words));
}

for (const [changes, words] of [
  [{}, "50 of 200 rows"],
  [{ totalKind: "estimate" }, "50 of about 200 rows"],
  [{ progress: { totalRows: null, processedRows: 1, percentage: null } }, "1 row, how many there will be is not known"],
  [{ status: "completed" }, "50 rows"],
  [{ status: "pending" }, ""],
]) {
  test(`the rows of ${JSON.stringify(changes)} are ${words}`, () => assert.equal(rowWords(record(changes)), words));
}

test("a percentage is said while there is one and rows are written", () => {
  assert.equal(percentWords(record()), "25.0 %");
  assert.equal(percentWords(record(completed)), "");
  assert.equal(percentWords(record({ progress: { totalRows: null, processedRows: 1, percentage: null } })), "");
});

for (const [bytes, words] of [
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1000, "1.0 kB"],
  [1_234_567, "1.2 MB"],
  [999_999, "1.0 MB"],
  [10_000_000_000, "10.0 GB"],
]) {
  test(`${bytes} bytes are ${words}`, () => assert.equal(fileSize(bytes), words));
}

test("arguments in the form's order, filters and unusual options are said, empty ones are not", () => {
  const given = record({
    arguments: { min_delay: "60", carrier: "", nothing: null, odd: "1" },
    query: { where: ["dest.eq.LAX"], limit: 5 },
    options: { delimiter: "\t", quoteChar: '"', header: false, bom: true, spreadsheet_safe: true },
  });
  const labels = [{ name: "odd", label: "Odd" }, { name: "min_delay", label: "Minimum delay" }];
  assert.equal(
    exportWords(given, labels),
    "Odd: 1 · Minimum delay: 60 · limit 5 · where dest.eq.LAX · delimiter tab · no header · byte order mark · safe for spreadsheets",
  );
});

for (const [expiresAt, words] of [
  ["2026-01-02T23:30:00Z", "expires in 24 hours"],
  ["2026-01-02T01:59:59Z", "expires in 119 minutes"],
  ["2026-01-02T00:01:00Z", "expires in 1 minute"],
  ["2026-01-02T00:00:30Z", "expires within a minute"],
  [null, ""],
]) {
  test(`what expires at ${expiresAt} ${words}`, () => assert.equal(expiryWords(record({ expiresAt }), now), words));
}

test("only what was completed expires", () => {
  const past = { expiresAt: "2026-01-01T00:00:00Z" };
  assert.ok(isExpired(record({ ...completed, ...past }), now));
  assert.ok(!isExpired(record({ status: "failed", ...past }), now));
});

test("a failure is told by its own sentence and hint", () => {
  const error = { detail: "Division by zero.", hint: "Ask for less." };
  assert.equal(endWords(record({ status: "failed", error }), now), "Division by zero. Ask for less.");
});

test("compressed forms are named with their sizes", () => {
  assert.equal(codingWords(file), "compressed on the way: 234.6 kB with gzip, 200.0 kB with zstd");
  assert.equal(codingWords({ ...file, codings: {} }), "");
});

test("each end is said once: only of what was under way before", () => {
  const old = record({ ...completed, exportId: "old" });
  const before = [record(), old];
  const after = [record({ ...completed, progress: { totalRows: 50, processedRows: 50, percentage: 100 } }), old];
  assert.deepEqual(endings(before, after), ["Late, CSV: completed, 50 rows, 1.2 MB"]);
  assert.deepEqual(endings(after, after), []);
});

test("a failure is said with its reason", () => {
  const failed = record({ status: "failed", error: { detail: "Division by zero." } });
  assert.deepEqual(endings([record()], [failed]), ["Late, CSV: failed. Division by zero."]);
});

test("one export's progress is its percentage, that of several their number", () => {
  assert.equal(progressWords([record()]), "25 %");
  assert.equal(progressWords([record(), record()]), "2 in progress");
  assert.equal(progressWords([record({ progress: { totalRows: null, processedRows: 9, percentage: null } })]), "1 in progress");
  assert.equal(progressWords([record(completed)]), "");
});
