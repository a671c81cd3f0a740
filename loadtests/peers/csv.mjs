/** The rows as CSV: pg-query-stream into csv-stringify into the response. */

import { pipeline } from "node:stream/promises";
import { stringify } from "csv-stringify";
import QueryStream from "pg-query-stream";
import { serve } from "./answering.mjs";

const BATCH_ROWS = 1000;

serve(async (client, query, response) => {
  response.writeHead(200, { "Content-Type": "text/csv; charset=utf-8" });
  const rows = client.query(new QueryStream(query, [], { batchSize: BATCH_ROWS }));
  // Left alone it prints a date as milliseconds since 1970 and a boolean as 1 or nothing.
  const cast = {
    date: (/** @type {Date} */ value) => value.toISOString(),
    boolean: (/** @type {boolean} */ value) => (value ? "t" : "f"),
  };
  await pipeline(rows, stringify({ header: true, cast }), response);
});
