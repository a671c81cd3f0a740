/** An HTTP server on the port it is told, each of whose GETs is answered with the rows of one query. */

import { createServer } from "node:http";
import pg from "pg";

/** @typedef {(client: pg.PoolClient, query: string, response: import("node:http").ServerResponse) => Promise<void>} Answer */

/** Serves for good. An answer that fails cuts the connection, so that nobody takes it for whole. @param {Answer} answer */
export function serve(answer) {
  const { DATABASE_URL, QUERY, PORT } = process.env;
  const pool = new pg.Pool({ connectionString: DATABASE_URL });
  const server = createServer(async (_request, response) => {
    const client = await pool.connect();
    try {
      await answer(client, QUERY, response);
      client.release();
    } catch (error) {
      console.error(error);
      client.release(true);
      response.destroy();
    }
  });
  server.listen(Number(PORT), "127.0.0.1");
}
