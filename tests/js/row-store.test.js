import assert from "node:assert/strict";
import { test } from "node:test";

import { RowStore, chunkHead } from "../../static/js/row-store.js";

/** A chunk's text as the server writes it. */
function chunkText(chunk, first_row, rows) {
  const head = { chunk, first_row, count: rows.length, rows_so_far: first_row + rows.length, total: null, total_kind: "unknown", progress: null };
  return JSON.stringify({ ...head, rows });
}

const never = () => new Promise(() => {});

function filled(sizes, load = never, changed = () => {}, budget = 1e9) {
  const store = new RowStore(load, changed, budget);
  let first = 0;
  sizes.forEach((size, index) => {
    const rows = Array.from({ length: size }, (_, at) => [String(first + at)]);
    const text = chunkText(index + 1, first, rows);
    store.append(chunkHead(text), text);
    first += size;
  });
  return store;
}

test("a chunk's head is read without its rows, whatever stands in them", () => {
  assert.equal(chunkHead(chunkText(3, 2000, [[',"rows":['], ["}"]])).count, 2);
});

for (const sizes of [[10], [1, 9], [3, 3, 4], [9, 1], Array(10).fill(1)]) {
  test(`chunks of ${sizes} rows give the same rows`, () => {
    const store = filled(sizes);
    assert.deepEqual(Array.from({ length: store.length }, (_, row) => store.row(row)[0]), [..."0123456789"]);
  });
}

test("texts beyond the budget are dropped, the longest unseen first", () => {
  const asked = [];
  const store = filled(Array(10).fill(50), (chunk) => (asked.push(chunk), never()), () => {}, 5000);
  assert.ok(store.size <= 5000);
  assert.deepEqual([store.row(499), store.row(0)], [["499"], null]);
  assert.deepEqual(asked, [1]);
});

test("a dropped chunk is loaded by number when it is looked at", async () => {
  const loaded = Promise.withResolvers();
  const store = new RowStore(async (chunk) => chunkText(chunk, 1000, [["a"], ["b"]]), loaded.resolve);
  store.useIndex([0, 1000], 1002);
  assert.equal(store.row(1001), null);
  await loaded.promise;
  assert.deepEqual(store.row(1001), ["b"]);
});

test("a chunk that cannot be loaded is asked for again only when told so", async () => {
  let asked = 0;
  const failed = Promise.withResolvers();
  const store = new RowStore(async () => { asked += 1; throw new Error("away"); }, failed.resolve);
  store.useIndex([0], 10);
  store.row(0);
  assert.equal((await failed.promise).message, "away");
  store.row(0);
  assert.equal(asked, 1);
  store.retry();
  store.row(0);
  assert.equal(asked, 2);
});

test("two chunks at most are loaded at once", () => {
  const asked = [];
  const store = new RowStore((chunk) => (asked.push(chunk), never()), () => {});
  store.useIndex([0, 10, 20, 30], 40);
  for (const row of [0, 10, 20, 30]) store.row(row);
  assert.deepEqual(asked, [1, 2]);
});
