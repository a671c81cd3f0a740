import assert from "node:assert/strict";
import { test } from "node:test";

import { RowStore, chunkHead } from "../../static/js/row-store.js";
import { settled } from "./fakes.js";

const encoder = new TextEncoder();
const patient = { isDue: false, turn: async () => {} };

/** A chunk as the server writes it. */
function chunkBytes(chunk, first_row, rows) {
  const head = { chunk, first_row, count: rows.length, rows_so_far: first_row + rows.length, total: null, total_kind: "unknown", progress: null };
  return encoder.encode(JSON.stringify({ ...head, rows }));
}

const never = () => new Promise(() => {});

function filled(sizes, load = never, changed = () => {}, budget = 1e9) {
  const store = new RowStore(load, changed, budget);
  let first = 0;
  sizes.forEach((size, index) => {
    const rows = Array.from({ length: size }, (_, at) => [String(first + at)]);
    const bytes = chunkBytes(index + 1, first, rows);
    store.append(chunkHead(bytes), bytes);
    first += size;
  });
  return store;
}

test("a chunk's head is read without its rows, whatever stands in them", () => {
  for (const value of [',"rows":[', "}", "😀".repeat(1000)]) assert.equal(chunkHead(chunkBytes(3, 2000, [[value], ["x"]])).count, 2);
});

for (const sizes of [[10], [1, 9], [3, 3, 4], [9, 1], Array(10).fill(1)]) {
  test(`chunks of ${sizes} rows give the same rows`, () => {
    const store = filled(sizes);
    assert.deepEqual(Array.from({ length: store.length }, (_, row) => store.row(row)[0]), [..."0123456789"]);
  });
}

test("bytes beyond the budget are dropped, the longest unseen first", async () => {
  const asked = [];
  const store = filled(Array(10).fill(50), (chunk) => (asked.push(chunk), never()), () => {}, 5000);
  assert.ok(store.size <= 5000);
  assert.deepEqual([store.row(499), store.row(0)], [["499"], null]);
  await settled();
  assert.deepEqual(asked, [1]);
});

test("a store says when more came than it keeps, and what is loaded later does not count", async () => {
  assert.ok(filled([50], never, () => {}, 100).isFull);
  const loaded = Promise.withResolvers();
  const store = new RowStore(async (chunk) => chunkBytes(chunk, 0, Array(50).fill(["a"])), loaded.resolve, 500);
  store.useIndex([0], 50);
  store.row(0);
  await loaded.promise;
  assert.ok(!store.isFull);
});

test("a dropped chunk is loaded by number when it is looked at", async () => {
  const loaded = Promise.withResolvers();
  const store = new RowStore(async (chunk) => chunkBytes(chunk, 1000, [["a"], ["b"]]), loaded.resolve);
  store.useIndex([0, 1000], 1002);
  assert.equal(store.row(1001), null);
  await loaded.promise;
  assert.deepEqual(store.row(1001), ["b"]);
});

test("an index of later chunks adds to what is known", () => {
  const store = filled([10, 10]);
  store.useIndex([20, 30], 35, 2);
  assert.deepEqual([store.length, store.chunks], [35, 4]);
  assert.deepEqual([store.row(19), store.row(20)], [["19"], null]);
});

test("a chunk that cannot be loaded is asked for again only when told so", async () => {
  let asked = 0;
  const failed = Promise.withResolvers();
  const store = new RowStore(async () => { asked += 1; throw new Error("away"); }, failed.resolve);
  store.useIndex([0], 10);
  store.row(0);
  assert.equal((await failed.promise).message, "away");
  store.row(0);
  await settled();
  assert.equal(asked, 1);
  store.retry();
  store.row(0);
  await settled();
  assert.equal(asked, 2);
});

/** A store of chunks of ten rows that come when the test says so; `looks` at rows as a table does, in one go. */
function slow(chunks) {
  const asked = [];
  const coming = new Map();
  const load = (chunk) => new Promise((come) => { asked.push(chunk); coming.set(chunk, () => come(chunkBytes(chunk, chunk * 10 - 10, Array.from({ length: 10 }, (_, row) => [String(chunk * 10 - 10 + row)])))); });
  const store = new RowStore(load, () => {});
  store.useIndex(Array.from({ length: chunks }, (_, index) => index * 10), chunks * 10);
  const look = async (...rows) => { rows.forEach((row) => store.row(row)); await settled(); };
  return { asked, store, look, come: async (chunk) => { coming.get(chunk)(); await settled(); } };
}

test("two chunks at most are loaded at once", async () => {
  const { asked, look, come } = slow(4);
  await look(0, 10, 20, 30);
  assert.deepEqual(asked, [1, 2]);
  await come(2);
  assert.deepEqual(asked, [1, 2, 3]);
});

test("what is looked at now is loaded first, and what has been scrolled past is not", async () => {
  const { asked, look, come } = slow(100);
  await look(0, 10, 20, 30);
  await look(500, 510);
  await look(990);
  await come(1);
  await come(2);
  assert.deepEqual(asked, [1, 2, 100]);
});

test("a range is loaded in order, at most two chunks at once, beside what is looked at", async () => {
  const { asked, store, look, come } = slow(5);
  const range = store.load(5, 42, patient);
  await look(45);
  assert.deepEqual(asked, [1, 2]);
  for (const chunk of [1, 2, 3, 4, 5]) await come(chunk);
  assert.deepEqual((await range).flat(), Array.from({ length: 37 }, (_, row) => String(row + 5)));
  assert.deepEqual(asked.toSorted(), [1, 2, 3, 4, 5]);
});

test("a range whose rows are all here needs no loading, and ends where the rows end", async () => {
  assert.deepEqual((await filled([3, 3, 4]).load(2, 99, patient)).flat(), [..."23456789"]);
});

test("the page has its turn while a range is read", async () => {
  let turns = 0;
  await filled([3, 3, 4]).load(0, 10, { isDue: true, turn: async () => { turns += 1; } });
  assert.equal(turns, 3);
});

test("a range that cannot be loaded is refused", async () => {
  const store = new RowStore(async () => { throw new Error("away"); }, () => {});
  store.useIndex([0, 10], 20);
  await assert.rejects(store.load(0, 20, patient), /away/);
});
