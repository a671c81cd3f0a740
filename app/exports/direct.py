"""A report downloaded as it is read: its run's rows go into a spool, the response reads behind.

The response owns no connection: the run reads at PostgreSQL's speed as far as the spool has room.
It lasts until everything is sent. Who wins:

    the last piece is sent       the run is completed, and forgotten
    the client leaves            the run is cancelled; so it is, too, when the client has taken
                                 nothing for the send timeout
    the run ends otherwise       before anything is sent: an answer that says why; later the
                                 connection is reset, in the middle of the body: the client sees
                                 that the file is not whole
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.catalog.statement import Composition
from app.database.row_guard import rows_within
from app.errors import Interrupted
from app.exports.download import SANDBOX, attachment, break_off, left
from app.exports.export import MEDIA_TYPES, CsvOptions
from app.exports.formats import Format
from app.exports.spool import Broken, Spool
from app.exports.text_file import write_text
from app.exports.textforms import text_form
from app.runs.runner import Runner, log_facts
from app.runs.runs import Runs

if TYPE_CHECKING:
    from app.database.pool import Connection

log = structlog.get_logger()


class DirectFile:
    """A run's rows on their way into a file of that format; each may have `row_bytes` of text."""

    def __init__(self, spool: Spool, name: Format, options: CsvOptions, *, row_bytes: int) -> None:
        self._spool = spool
        self._name: Format = name
        self._options = options
        self._row_bytes = row_bytes

    @property
    def size(self) -> int:
        """Bytes of our disk."""
        return self._spool.size

    async def read(self, connection: "Connection", composition: Composition) -> None:
        """The whole file, the header at once."""
        form = text_form(self._name, composition.columns, options=self._options)
        async with self._spool.writing() as write:
            with rows_within(connection, self._row_bytes):
                rows = await write_text(form, connection, composition, write)
        log.info("download_read", rows=rows)

    async def delivered(self) -> None:
        """The client has taken all of it, as far as we can know."""
        await self._spool.emptied()


class DirectResponse(Response):
    """The file that `runner` writes into the spool, which is closed at the end."""

    def __init__(
        self,
        runs: Runs,
        runner: Runner,
        spool: Spool,
        *,
        headers: Mapping[str, str],
        send_timeout: float,
    ) -> None:
        self._runs = runs
        self._runner = runner
        self._spool = spool
        self._send_timeout = send_timeout
        super().__init__(headers=headers)
        del self.headers["Content-Length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; raises why the run has ended, where that is before the first byte."""
        try:
            async with self._running(receive):
                await self._accepted()
                await send(
                    {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
                )
                await self._send_all(send)
        except Broken:
            await self._runner.ended.wait()
            if self._runner.run.reason != "follower_left":
                log.warning("download_cut", **log_facts(self._runner.run))
                break_off(scope)
        except TimeoutError:
            log.info("download_dropped", reason="it took nothing for the send timeout")
        finally:
            self._spool.close()

    @asynccontextmanager
    async def _running(self, receive: Receive) -> AsyncGenerator[None]:
        """The run is followed; it ends with the client, and with what goes wrong inside."""
        has_left = asyncio.create_task(left(receive))
        has_left.add_done_callback(self._leave)
        try:
            with self._runs.following(self._runner.run.id):
                yield
        except Broken:
            raise  # the run is ending already, and will say why
        except BaseException:
            self._runner.cancel("follower_left")
            raise
        finally:
            has_left.cancel()

    def _leave(self, has_left: "asyncio.Task[None]") -> None:
        if not has_left.cancelled():
            self._runner.cancel("follower_left")

    async def _accepted(self) -> None:
        """Wait in line, and until PostgreSQL has taken the query."""
        await self._runner.wait_prepared()
        if self._runner.error is not None:
            raise self._runner.error
        if self._runner.ended.is_set():
            raise Interrupted("The download was cancelled before its first row.")

    async def _send_all(self, send: Send) -> None:
        async with aclosing(self._spool.pieces()) as pieces:
            async for piece in pieces:
                await self._send_piece(piece, send)
        await self._send_piece(b"", send, more=False)

    async def _send_piece(
        self, piece: bytes | memoryview, send: Send, *, more: bool = True
    ) -> None:
        async with asyncio.timeout(self._send_timeout):
            await send({"type": "http.response.body", "body": piece, "more_body": more})


def direct_headers(report: str, name: Format, options: CsvOptions) -> dict[str, str]:
    """What is known of the file before it is begun."""
    header = f"; header={'present' if options.header else 'absent'}" if name == "csv" else ""
    return {
        "Content-Type": MEDIA_TYPES[name] + header,
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",
        "Content-Disposition": attachment(f"{report}.{name}"),
        "Content-Security-Policy": SANDBOX,
    }
