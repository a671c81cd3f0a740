"""The rows as server-sent events: psycopg's server-side cursor, 1,000 rows an event, in FastAPI."""

import json
import os
from collections.abc import AsyncIterator

import psycopg
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from psycopg.rows import dict_row

BATCH_ROWS = 1000
DATABASE_URL = os.environ["DATABASE_URL"]
QUERY = os.environ["QUERY"].encode()

app = FastAPI()


async def events() -> AsyncIterator[str]:
    """One event for each batch of rows, and one that says that there are no more."""
    async with (
        await psycopg.AsyncConnection.connect(DATABASE_URL, row_factory=dict_row) as connection,
        connection.cursor(name="rows") as cursor,
    ):
        await cursor.execute(QUERY)
        while rows := await cursor.fetchmany(BATCH_ROWS):
            yield f"data: {json.dumps(rows, default=str)}\n\n"
    yield "event: end\ndata: {}\n\n"


@app.get("/")
async def stream() -> StreamingResponse:
    """All rows, from the first to the last."""
    return StreamingResponse(events(), media_type="text/event-stream")
