import assert from "node:assert/strict";
import { test } from "node:test";

import { takeSlot } from "../../static/js/stream-slot.js";
import { settled } from "./fakes.js";

/** Locks as the standard describes them, as far as `ifAvailable` goes. */
class FakeLocks {
  held = new Set();

  async request(name, _options, use) {
    if (this.held.has(name)) return use(null);
    this.held.add(name);
    await use({ name });
    this.held.delete(name);
  }
}

const never = () => assert.fail("a lock is not taken away");

test("four tabs have a slot, a fifth has none until one is given back", async () => {
  const locks = new FakeLocks();
  const slots = [];
  for (let tab = 1; tab <= 4; tab += 1) slots.push(await takeSlot(never, locks));
  assert.equal(await takeSlot(never, locks), null);
  slots[1]();
  await settled();
  assert.ok(await takeSlot(never, locks));
  assert.equal(locks.held.size, 4);
});

/** A page that is not told of other tabs, seen or not. */
function page(hidden) {
  globalThis.document = Object.assign(new EventTarget(), { hidden });
  return globalThis.document;
}

test("without locks a visible page has a slot until it is hidden", async () => {
  let lost = 0;
  const document = page(false);
  assert.ok(await takeSlot(() => (lost += 1), null));
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(lost, 1);
});

test("a slot that was given back is not taken away", async () => {
  const document = page(false);
  (await takeSlot(never, null))();
  document.dispatchEvent(new Event("visibilitychange"));
});

test("without locks a hidden page has no slot", async () => {
  page(true);
  assert.equal(await takeSlot(never, null), null);
});

test("locks that may not be used are as none", async () => {
  page(false);
  const locks = { request: async () => Promise.reject(new DOMException("denied", "SecurityError")) };
  assert.ok(await takeSlot(never, locks));
});
