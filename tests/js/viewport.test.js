import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ROW_HEIGHT,
  TALLEST,
  canvasHeight,
  emptyView,
  isAstray,
  isCornered,
  resized,
  scrolled,
  settled,
  visibleRows,
} from "../../static/js/viewport.js";
import { movedTo, pageRows, revealed } from "../../static/js/table-moves.js";

const HEIGHT = 600;
const view = (rows) => resized(emptyView(), rows, HEIGHT);
const million = view(1_000_000);

test("few rows are as tall as they are, many are as tall as a browser draws", () => {
  assert.equal(canvasHeight(view(100)), 100 * ROW_HEIGHT);
  assert.equal(canvasHeight(million), TALLEST);
});

test("the rows drawn fill the box and no more", () => {
  const { first, shift, count } = visibleRows(scrolled(view(1000), 290));
  assert.deepEqual([first, shift], [10, 10]);
  assert.equal(count, Math.ceil((HEIGHT + 10) / ROW_HEIGHT));
});

test("fewer rows than fit are all drawn", () => assert.equal(visibleRows(view(3)).count, 3));

test("no rows are drawn where there are none", () => assert.equal(visibleRows(view(0)).count, 0));

test("a short move of a scaled bar goes pixel by pixel", () => {
  const middle = movedTo(million, 14_000_000);
  assert.equal(scrolled(middle, middle.scrollTop + 100).top, middle.top + 100);
});

test("a long move of a scaled bar goes in proportion", () => {
  const { top } = scrolled(million, (TALLEST - HEIGHT) / 2);
  assert.ok(Math.abs(top - (1_000_000 * ROW_HEIGHT - HEIGHT) / 2) < ROW_HEIGHT);
});

test("the ends of the bar are the ends of the rows", () => {
  const last = visibleRows(scrolled(million, TALLEST - HEIGHT));
  assert.equal(last.first + last.count, 1_000_000);
  assert.equal(scrolled(scrolled(million, 3000), 0).top, 0);
});

test("putting the bar where it belongs moves nothing that is seen", () => {
  const moved = scrolled(movedTo(million, 20_000_000), movedTo(million, 20_000_000).scrollTop + 900);
  assert.equal(settled(moved).top, moved.top);
  assert.notEqual(settled(moved).scrollTop, moved.scrollTop);
});

test("a scaled bar keeps away from its ends while there are rows to go to", () => {
  const bar = movedTo(million, 1).scrollTop;
  assert.ok(bar > 1000 && TALLEST - HEIGHT - movedTo(million, 27_990_000).scrollTop > 1000);
  assert.equal(movedTo(million, 0).scrollTop, 0);
  assert.equal(movedTo(million, 1e9).scrollTop, TALLEST - HEIGHT);
  assert.equal(movedTo(million, 1e9 - 1).top, 1_000_000 * ROW_HEIGHT - HEIGHT);
});

test("a wheel moves ten million rows by what it says, wherever they are", () => {
  const many = view(10_000_000);
  const last = 10_000_000 * ROW_HEIGHT - HEIGHT;
  for (const top of [0, 50, 5000, 140_000_000, last - 5000, last - 100]) {
    const there = movedTo(many, top);
    assert.equal(scrolled(there, there.scrollTop + 100).top, top + 100);
    if (top >= 100) assert.equal(scrolled(there, there.scrollTop - 100).top, top - 100);
  }
});

test("short moves that bring a scaled bar to its end do not end the rows, but put it back", () => {
  let moved = movedTo(million, 27_900_000);
  while (!isCornered(moved)) moved = scrolled(moved, moved.scrollTop + 1000);
  assert.ok(moved.top < 1_000_000 * ROW_HEIGHT - HEIGHT);
  assert.equal(isCornered(settled(moved)), false);
  assert.equal(settled(moved).top, moved.top);
});

test("a bar that was dragged to its end shows the last row, however short the last move", () => {
  const dragged = scrolled(scrolled(million, TALLEST - HEIGHT - 700), TALLEST - HEIGHT);
  assert.equal(dragged.top, 1_000_000 * ROW_HEIGHT - HEIGHT);
});

test("rows that arrive do not move what is looked at", () => {
  const looking = movedTo(view(100_000), 50_000 * ROW_HEIGHT);
  const later = resized(looking, 400_000, HEIGHT);
  assert.equal(later.top, looking.top);
  assert.ok(isAstray(later) && !isAstray(settled(later)));
});

test("who has scrolled to the last row follows the new ones, who sees all rows does not", () => {
  const atEnd = scrolled(view(1000), 1000 * ROW_HEIGHT - HEIGHT);
  assert.equal(visibleRows(resized(atEnd, 2000, HEIGHT)).first + visibleRows(resized(atEnd, 2000, HEIGHT)).count, 2000);
  assert.equal(resized(atEnd, 2000, HEIGHT).scrollTop, 2000 * ROW_HEIGHT - HEIGHT);
  assert.equal(resized(view(3), 2000, HEIGHT).top, 0);
});

test("every row can be revealed, whole, and stays where it is when it is seen already", () => {
  for (const row of [0, 1, 499_999, 999_999]) {
    const shown = visibleRows(revealed(million, row));
    assert.ok(shown.first <= row && row < shown.first + shown.count);
    assert.ok(revealed(million, row).top <= row * ROW_HEIGHT);
  }
  assert.equal(revealed(million, 3), million);
});

test("a page is what the box shows, less one row to find one's place by", () => {
  assert.equal(pageRows(million), Math.floor(HEIGHT / ROW_HEIGHT) - 1);
});
