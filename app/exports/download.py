"""The responses that send a run's rows: all so far, or one chunk; at the client's pace, in
constant memory.

Who wins:

    the last piece is sent       the body ends
    the client leaves            nothing more is read
    the client takes nothing     after the send timeout the connection is cut
    the backlog is damaged       the connection is cut: the client sees that the file is not whole

A connection is cut by leaving the body unfinished and resetting it: to some clients the end of a
connection is the end of a body, too, even without the mark that ends a chunked one.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from functools import partial
from urllib.parse import quote

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.exports.formats import MEDIA_TYPES, Format
from app.exports.rows import RowsSoFar, chunk_pieces
from app.runs.backlog_reader import BacklogReader, damaged_error
from app.runs.frames import Damaged, Record
from app.runs.run import Run
from app.runs.runs import Runs

# A file that is opened in a tab is shown as nothing but text: no script, no forms, no origin.
SANDBOX = "default-src 'none'; sandbox"

Pieces = AsyncGenerator[memoryview]

RESET = "rowstream.reset"  # the server's extension of ASGI

log = structlog.get_logger()


class RowsResponse(Response):
    """What `made` gives out of the run's backlog while it is sent; it counts as following."""

    def __init__(
        self,
        runs: Runs,
        run: Run,
        made: Callable[[BacklogReader], Pieces],
        *,
        headers: Mapping[str, str],
        media_type: str,
        send_timeout: float,
    ) -> None:
        self._runs = runs
        self._run = run
        self._made = made
        self._send_timeout = send_timeout
        super().__init__(headers=headers, media_type=media_type)
        del self.headers["Content-Length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        if scope["method"] == "HEAD":
            await self._begin(send)
            await send({"type": "http.response.body", "body": b""})
            return
        with self._runs.following(self._run.id), self._runs.reader(self._run) as reader:
            async with aclosing(self._made(reader)) as pieces:
                first = await _first(pieces)
                await self._begin(send)
                try:
                    await self._send_all(first, pieces, receive, send)
                except Damaged:
                    log.warning("download_cut", reason="the backlog is damaged")
                    break_off(scope)

    async def _send_all(
        self, first: memoryview, pieces: Pieces, receive: Receive, send: Send
    ) -> None:
        has_left = asyncio.create_task(left(receive))
        try:
            await self._send_piece(first, send)
            async for piece in pieces:
                if has_left.done():
                    return
                await self._send_piece(piece, send)
            await self._send_piece(memoryview(b""), send, more=False)
        except TimeoutError:
            log.info("download_dropped", reason="it took nothing for the send timeout")
        finally:
            has_left.cancel()

    async def _begin(self, send: Send) -> None:
        head = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(head)

    async def _send_piece(self, piece: memoryview, send: Send, *, more: bool = True) -> None:
        async with asyncio.timeout(self._send_timeout):
            await send({"type": "http.response.body", "body": piece, "more_body": more})


def rows_download(runs: Runs, run: Run, name: Format, *, send_timeout: float) -> RowsResponse:
    """A file of the rows that the run has now. Raises Gone, or Storage where they are damaged."""
    try:
        with runs.reader(run) as reader:
            rows = RowsSoFar.of(run, reader, name)
    except Damaged:
        raise damaged_error() from None
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": attachment(rows.filename),
        "Content-Security-Policy": SANDBOX,
    }
    media_type = MEDIA_TYPES[name]
    return RowsResponse(
        runs, run, rows.pieces, headers=headers, media_type=media_type, send_timeout=send_timeout
    )


def chunk_download(
    runs: Runs, run: Run, chunk: Record, *, headers: Mapping[str, str], send_timeout: float
) -> RowsResponse:
    """The JSON of one chunk's event."""
    return RowsResponse(
        runs,
        run,
        partial(chunk_pieces, chunk),
        headers=headers,
        media_type="application/json",
        send_timeout=send_timeout,
    )


async def _first(pieces: Pieces) -> memoryview:
    """The first piece, before anything is sent: what is wrong by now can still be said."""
    try:
        return await anext(pieces, memoryview(b""))  # a file without rows can be empty
    except Damaged:
        raise damaged_error() from None


def break_off(scope: Scope) -> None:
    """Reset the connection where the server can: an end alone is a whole body to some clients."""
    extension = scope.get("extensions", {}).get(RESET)
    if extension is not None:
        extension["reset"]()


async def left(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def attachment(filename: str) -> str:
    """`Content-Disposition` (RFC 6266, 8187); who knows only the first form gets ASCII."""
    plain = re.sub(r"[^ !#-\[\]-~]", "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
