/** The rows as server-sent events: pg-cursor reads 1,000 at a time, and each batch is one event. */

import { once } from "node:events";
import Cursor from "pg-cursor";
import { serve } from "./answering.mjs";

const BATCH_ROWS = 1000;

serve(async (client, query, response) => {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  const cursor = client.query(new Cursor(query));
  for (;;) {
    const rows = await cursor.read(BATCH_ROWS);
    if (rows.length === 0) break;
    const hasRoom = response.write(`data: ${JSON.stringify(rows)}\n\n`);
    if (!hasRoom) await once(response, "drain", { signal: gone.signal });
  }
  await cursor.close();
  response.end("event: end\ndata: {}\n\n");
});
