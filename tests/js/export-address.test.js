import assert from "node:assert/strict";
import { test } from "node:test";

import { askedAgain, exportPath, exportsPage, readAsked } from "../../static/js/export-address.js";

test("the page's address fills the form: report, format, options, arguments, filters", () => {
  const asked = readAsked("?report=late&format=csv&min_delay=60&where=carrier.eq.UA&delimiter=%3B&header=true");
  assert.equal(asked.report, "late");
  assert.equal(asked.format, "csv");
  assert.deepEqual(asked.options, { delimiter: ";" });
  assert.deepEqual({ ...asked.address.arguments }, { min_delay: "60" });
  assert.deepEqual(asked.address.where, ["carrier.eq.UA"]);
});

test("a format that does not exist is CSV, and no report is none", () => {
  const asked = readAsked("?format=constructor");
  assert.deepEqual([asked.report, asked.format], ["", "csv"]);
});

test("the address that starts an export names its format in the path", () => {
  const asked = readAsked("?report=late&format=xlsx&min_delay=60&limit=5&run=abc");
  assert.equal(exportPath(asked), "/exports/xlsx?report=late&min_delay=60&limit=5");
  assert.equal(exportsPage(asked), "/exports?report=late&format=xlsx&min_delay=60&limit=5");
});

test("CSV's options are sent with CSV alone, and only where they are unusual", () => {
  const asked = readAsked("?report=r&delimiter=%09&bom=true&quoteChar=%22");
  assert.equal(exportPath(asked), "/exports/csv?report=r&delimiter=%09&bom=true");
  assert.equal(exportPath({ ...asked, format: "json" }), "/exports/json?report=r");
});

test("an export is asked for again as it was", () => {
  const asked = askedAgain({
    report: "r",
    format: "csv",
    arguments: { word: "a & b", nothing: null },
    query: { columns: ["id", "odd name"], where: ["id.lte.3"], order: ["id.desc"], limit: 7 },
    options: { delimiter: ";", quoteChar: '"', header: false, bom: false, spreadsheet_safe: true },
  });
  const query = new URLSearchParams(exportPath(asked).split("?")[1]);
  assert.deepEqual([...query].sort(), [
    ["columns", 'id,"odd name"'],
    ["delimiter", ";"],
    ["header", "false"],
    ["limit", "7"],
    ["order", "id.desc"],
    ["report", "r"],
    ["spreadsheet_safe", "true"],
    ["where", "id.lte.3"],
    ["word", "a & b"],
  ]);
});

test("a parameter may be called as an object's own members are", () => {
  const asked = readAsked("?report=r&__proto__=1&toString=2");
  assert.equal(exportPath(asked), "/exports/csv?report=r&__proto__=1&toString=2");
});
