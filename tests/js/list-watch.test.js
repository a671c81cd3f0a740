import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { ListWatch } from "../../static/js/list-watch.js";
import { ProblemError } from "../../static/js/problem.js";

const running = { exportId: "e", status: "processing" };
const ended = { exportId: "e", status: "completed" };
const turns = () => new Promise(setImmediate);

/** A watch whose questions are answered with these, the last again and again. */
function watch(t, answers, { isSeen = () => true, asksUnseen = true } = {}) {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const told = [];
  let asked = 0;
  const ask = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if ("detail" in answer) throw new ProblemError(answer);
    return [answer];
  };
  const tell = { news: ([{ status }]) => told.push(status), lost: (problem, wait) => told.push(`lost ${wait}`) };
  return { told, look: new ListWatch(ask, tell, { random: () => 1, isSeen, asksUnseen }), asked: () => asked };
}

/** Lets time pass, and what was asked be answered. */
async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  await turns();
}

test("what is in progress is asked for soon, then every 2 s", async (t) => {
  const { look, asked } = watch(t, [running]);
  await look.look();
  for (const wait of [300, 600, 1200, 2000, 2000]) {
    const before = asked();
    await pass(wait - 1);
    assert.equal(asked(), before);
    await pass(1);
    assert.equal(asked(), before + 1);
  }
});

test("nothing is asked while nothing is in progress", async (t) => {
  const { told, look, asked } = watch(t, [running, ended]);
  await look.look();
  await pass(300);
  await pass(60_000);
  assert.deepEqual([told, asked()], [["processing", "completed"], 2]);
});

test("a page that nobody looks at asks rarely", async (t) => {
  const { look, asked } = watch(t, [running], { isSeen: () => false });
  await look.look();
  await pass(14_999);
  assert.equal(asked(), 1);
  await pass(1);
  assert.equal(asked(), 2);
});

test("a page that asks only while it is seen asks again when somebody looks", async (t) => {
  let seen = false;
  const { look, asked } = watch(t, [running], { isSeen: () => seen, asksUnseen: false });
  await look.look();
  await pass(60_000);
  assert.equal(asked(), 1);
  seen = true;
  await look.look();
  await pass(300);
  assert.equal(asked(), 3);
});

test("a loss is told with its wait, waits grow, and an answer ends them", async (t) => {
  const lost = { status: 0, detail: "unreachable" };
  const { told, look } = watch(t, [lost, lost, lost, lost, lost, lost, ended]);
  await look.look();
  for (const wait of [1000, 2000, 4000, 8000, 10_000, 10_000]) await pass(wait);
  assert.deepEqual(told, ["lost 1000", "lost 2000", "lost 4000", "lost 8000", "lost 10000", "lost 10000", "completed"]);
});

test("an answer that will not pass is not asked for again", async (t) => {
  const { told, look, asked } = watch(t, [{ status: 401, detail: "Log in." }]);
  await look.look();
  await pass(60_000);
  assert.deepEqual([told, asked()], [["lost null"], 1]);
});

test("an answer that comes after a newer question's is not news", async (t) => {
  const answers = [];
  const told = [];
  const look = new ListWatch(
    () => new Promise((answer) => answers.push(answer)),
    { news: ([{ status }]) => told.push(status), lost: () => {} },
    { isSeen: () => true },
  );
  t.after(() => mock.timers.reset());
  mock.timers.enable({ apis: ["setTimeout"] });
  look.look();
  look.look();
  answers[1]([ended]);
  await turns();
  answers[0]([running]);
  await turns();
  assert.deepEqual(told, ["completed"]);
});
