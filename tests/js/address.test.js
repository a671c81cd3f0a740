import assert from "node:assert/strict";
import { test } from "node:test";

import { filters } from "../../static/js/address-filters.js";
import { readAddress, reportName, reportPath, startQuery, writeAddress } from "../../static/js/address.js";
import { runAddress } from "../../static/js/run-address.js";

const full = "?min_delay=60&carrier=&where=carrier.eq.UA&where=dest.in.%28a%2C%22b%2Cc%22%29&order=dep_delay.desc&limit=10&run=abc";

test("an address that is read and written is the same address", () => {
  assert.deepEqual(readAddress(writeAddress(readAddress(full))), readAddress(full));
});

test("words of the query grammar are no arguments", () => {
  assert.deepEqual({ ...readAddress(full).arguments }, { min_delay: "60", carrier: "" });
});

test("a parameter may bear a name that objects have", () => {
  assert.equal(writeAddress(readAddress("?__proto__=1&constructor=2")), "?__proto__=1&constructor=2");
});

test("what is named and empty is not asked for", () => {
  assert.deepEqual({ ...readAddress("?run=&columns=&limit="), arguments: {} }, { ...readAddress(""), arguments: {} });
});

test("a start does not name the run that the address shows", () => {
  assert.equal(startQuery(readAddress("?a=1&run=abc")), "?a=1");
});

test("a removed filter leaves the others", () => {
  const shown = filters(readAddress(full));
  const removed = shown.find(({ text }) => text === "where carrier.eq.UA");
  assert.equal(shown.length, 4);
  assert.deepEqual(removed.without.where, ['dest.in.(a,"b,c")']);
});

test("the path of a report holds its name, whatever is in it", () => {
  assert.equal(reportPath("public.my table"), "/reports/public.my%20table");
  assert.equal(reportName("/reports/public.my%20table"), "public.my table");
});

test("an earlier run's address asks for what the run was asked", () => {
  const query = { columns: ["a", "odd, one"], where: ["a.gt.1"], order: ["a.desc", "b"], limit: 5 };
  const path = reportPath("r", runAddress({ run: "abc", report: "r", arguments: { x: "1", y: null }, query }));
  const address = readAddress(path.slice(path.indexOf("?")));
  assert.equal(address.columns, 'a,"odd, one"');
  assert.deepEqual([address.order, address.limit, { ...address.arguments }], ["a.desc,b", "5", { x: "1" }]);
});
