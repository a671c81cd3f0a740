"""The messages that come between the rows of a COPY, which asyncpg has no place for.

It takes the rows out of what it has read and hands them over when that is at its end; another
message behind them makes it forget them. An error is held back until the rows before it are handed
over. What a function tells by RAISE is told by none (`app.database.session`) but INFO, which cannot
be turned off: to look for it in all that comes would cost too much, so it fails the COPY.
"""

import asyncio
import re
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, cast

from app.database.connection import transport_of
from app.database.translate import FAULTS
from app.errors import QueryFailed

if TYPE_CHECKING:
    from app.database.pool import Connection

LOOK_SECONDS = 0.0005  # nobody tells when asyncpg reads on
LATE_BYTES = 8192  # of an error with what comes behind it; one that begins earlier is not held back
# How an ErrorResponse begins: its severity, twice, and its SQLSTATE (PostgreSQL, 54.8 Error and
# Notice Message Fields). No text of COPY's has a zero, so no row looks like it.
ERROR = re.compile(rb"E.{4}S[^\0]*\0V(?:ERROR|FATAL|PANIC)\0C", re.DOTALL)


@contextmanager
def rows_kept(connection: "Connection") -> Generator[None]:
    """Inside, no row of a COPY is lost to another message: QueryFailed where one may have been."""
    transport = transport_of(connection)
    inner = cast("asyncio.Protocol", transport.get_protocol())
    between, told = _Between(inner, transport), list[object]()

    def tell(_: object, message: object) -> None:
        told.append(message)

    connection.add_log_listener(tell)
    transport.set_protocol(between)
    try:
        yield
    finally:
        between.stop()
        transport.set_protocol(inner)
        with suppress(*FAULTS):  # of a connection that is terminated there is none to remove
            connection.remove_log_listener(tell)
    if told:
        raise QueryFailed(
            "A function of this report tells something while its rows are read (RAISE INFO), which"
            " can cost rows. The operator has to mend it."
        )


def parts(data: bytes) -> list[bytes]:
    """The same bytes, cut before an error near their end.

    Behind it PostgreSQL says which settings the end of the transaction has changed.
    """
    found = ERROR.search(data, max(0, len(data) - LATE_BYTES))
    start = len(data) if found is None else found.start()
    return [part for part in (data[:start], data[start:]) if part]


class _Between(asyncio.Protocol):
    """Between the socket and whoever reads from it."""

    def __init__(self, inner: asyncio.Protocol, transport: asyncio.Transport) -> None:
        self._inner = inner
        self._transport = transport
        self._waiting = deque[bytes]()
        self._look: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        """Pass on nothing more."""
        self._waiting.clear()
        if self._look is not None:
            self._look.cancel()

    def data_received(self, data: bytes) -> None:
        """Pass it on, in parts."""
        self._waiting.extend(parts(bytes(data)))
        if self._look is None:
            self._pass_on()

    def eof_received(self) -> bool | None:
        """Pass it on."""
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass it on."""
        self.stop()
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass it on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass it on."""
        self._inner.resume_writing()

    def _pass_on(self) -> None:
        """All parts, each when the rows before it have been taken."""
        self._look = None
        if self._waiting:
            self._inner.data_received(self._waiting.popleft())
        while self._waiting and self._transport.is_reading():
            self._inner.data_received(self._waiting.popleft())
        if self._waiting:
            self._look = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._look = None
        if self._transport.is_reading():
            self._pass_on()
        else:
            self._look = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look_again)
