import assert from "node:assert/strict";
import { test } from "node:test";

import { movedTo, natural, neighbour, shownNames, toggledHidden, toggledPin } from "../../static/js/column-edits.js";
import { arranged, columnSpan, placed, shownColumns } from "../../static/js/table-columns.js";
import { positionAt, revealedLeft } from "../../static/js/table-moves.js";

const columns = ["a", "b", "c", "d", "c"].map((name) => ({ name, label: name, type: "text" }));
const all = arranged(columns, null, []);
const wide = placed(all, () => 100, 250);
const pinned = placed(toggledPin(all, 2), () => 100, 250);

test("without names every column is shown as it came", () => {
  assert.deepEqual(shownColumns(all), [0, 1, 2, 3, 4]);
  assert.equal(shownNames(all, columns), null);
});

test("names choose and order the columns, a repeated name its columns in turn", () => {
  assert.deepEqual(shownColumns(arranged(columns, ["d", "c", "c"], [])), [3, 2, 4]);
  assert.deepEqual(shownNames(arranged(columns, ["d", "c"], []), columns), ["d", "c"]);
});

test("names of no column are ignored, and none at all shows everything", () => {
  assert.deepEqual(shownColumns(arranged(columns, ["b", "zz"], [])), [1]);
  assert.deepEqual(shownColumns(arranged(columns, ["zz"], ["zz"])), [0, 1, 2, 3, 4]);
});

test("a hidden column comes back to its place", () => {
  const hidden = toggledHidden(arranged(columns, ["a", "c", "d"], []), 0);
  assert.deepEqual(shownColumns(toggledHidden(hidden, 1)), [1, 2, 3]);
});

test("the last column stays", () => {
  const one = arranged(columns, ["b"], []);
  assert.equal(toggledHidden(one, 1), one);
});

test("pinned columns stand first and keep their place among the others", () => {
  const some = toggledPin(toggledPin(all, 3), 1);
  assert.deepEqual(shownColumns(some), [1, 3, 0, 2, 4]);
  assert.equal(shownNames(some, columns), null);
  assert.deepEqual(shownColumns(toggledPin(some, 3)), [1, 0, 2, 3, 4]);
});

test("a column moves to where another is, in both directions", () => {
  assert.deepEqual(shownColumns(movedTo(all, 0, 2)), [1, 2, 0, 3, 4]);
  assert.deepEqual(shownColumns(movedTo(all, 4, 1)), [0, 4, 1, 2, 3]);
  assert.deepEqual(shownColumns(natural(movedTo(all, 4, 1))), [0, 1, 2, 3, 4]);
});

test("a column moves among those that are pinned as it is", () => {
  assert.equal(neighbour(all, 1, 1), 2);
  assert.equal(neighbour(all, 0, -1), null);
  assert.equal(neighbour(toggledPin(all, 2), 0, -1), null);
});

test("columns lie side by side after those that are pinned", () => {
  assert.deepEqual(wide.edges, [0, 100, 200, 300, 400, 500]);
  assert.deepEqual([pinned.shown, pinned.pinned], [[2, 0, 1, 3, 4], 1]);
});

test("pinned columns that take most of the box scroll with the others", () => {
  assert.equal(placed(toggledPin(toggledPin(all, 0), 1), () => 100, 250).pinned, 0);
});

test("what is seen is drawn, and a little beside it", () => {
  const many = placed(arranged(Array(200).fill(columns[0]), null, []), () => 100, 1000);
  const span = columnSpan(many, 5000, 1000);
  assert.deepEqual(span, { first: 46, end: 64 });
  assert.equal(columnSpan(many, 5300, 1000, span), span);
  assert.notEqual(columnSpan(many, 5500, 1000, span), span);
});

test("a box without room, or without columns, draws as little", () => {
  assert.deepEqual(columnSpan(placed(arranged([], null, []), () => 1, 0), 0, 0), { first: 0, end: 0 });
});

test("a column is revealed beside the pinned ones, from its beginning if it is wider than the box", () => {
  assert.equal(revealedLeft(wide, 4, 0, 250), 250);
  assert.equal(revealedLeft(wide, 1, 250, 250), 100);
  assert.equal(revealedLeft(pinned, 1, 90, 250), 0);
  assert.equal(revealedLeft(pinned, 0, 90, 250), 90);
  assert.equal(revealedLeft(placed(all, () => 400, 250), 2, 0, 250), 800);
});

test("a point tells its column, pinned or scrolled", () => {
  assert.deepEqual([50, 150].map((x) => positionAt(pinned, x, 100)), [0, 2]);
  assert.deepEqual([-5, 9999].map((x) => positionAt(wide, x, 0)), [0, 4]);
});
