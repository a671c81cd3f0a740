import assert from "node:assert/strict";
import { test } from "node:test";

import { idle } from "../../static/js/run-state.js";
import { TabIcon, tabIcon } from "../../static/js/tab-icon.js";

const running = { ...idle(), run: "r", status: "processing", progress: 43 };
const drawn = (state) => decodeURIComponent(tabIcon(state) ?? "");

test("a page without a run has the icon of every page", () => {
  assert.equal(tabIcon(idle()), null);
});

test("progress is a ring in steps of four, an unknown one a dot", () => {
  assert.match(drawn(running), /stroke-dasharray="40 100"/);
  assert.doesNotMatch(drawn({ ...running, progress: null }), /dasharray/);
});

test("each end, and a lost connection, has a sign of its own", () => {
  const ends = ["completed", "failed", "cancelled"].map((status) => drawn({ ...running, status }));
  assert.equal(new Set([...ends, drawn({ ...running, connection: "waiting" })]).size, 4);
});

test("progress changes the icon once a second at most, an end at once", () => {
  const link = { href: "/static/icon.svg" };
  const icon = new TabIcon(/** @type {HTMLLinkElement} */ (link));
  icon.render(running, 0);
  const first = link.href;
  icon.render({ ...running, progress: 80 }, 900);
  assert.equal(link.href, first);
  icon.render({ ...running, status: "completed" }, 950);
  assert.notEqual(link.href, first);
  icon.render(idle(), 960);
  assert.equal(link.href, "/static/icon.svg");
});
