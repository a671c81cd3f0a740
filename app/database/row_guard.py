"""Breaks a COPY off in the middle of a row that is too large, before it has arrived whole.

asyncpg gathers a row's message until it is complete, whatever its size. To have PostgreSQL measure
its rows costs an eighth of the backend's time; here it costs an addition for each read.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from app.database.connection import transport_of
from app.database.translate import FAULTS
from app.errors import TooLarge

if TYPE_CHECKING:
    from app.database.pool import Connection

READ_BYTES = 2**20  # what can be behind a row's end in the same reads


@contextmanager
def rows_within(connection: "Connection", most: int) -> Generator[None]:
    """Inside, a row with more than `most` bytes, or a little more than that, ends the connection:
    TooLarge.
    """
    transport = transport_of(connection)
    inner = cast("asyncio.Protocol", transport.get_protocol())
    guard = _Guard(inner, transport, most + READ_BYTES)
    transport.set_protocol(guard)
    try:
        yield
    except FAULTS as error:
        if guard.refused:
            raise TooLarge(
                f"A row has more than the {most >> 20} MiB of text that a row of a file may have."
                " Leave its large columns out, or have the operator write the file with"
                " `rowstream export`."
            ) from error
        raise
    finally:
        transport.set_protocol(inner)


class _Guard(asyncio.Protocol):
    """Between the socket and asyncpg."""

    def __init__(self, inner: asyncio.Protocol, transport: asyncio.Transport, most: int) -> None:
        self.refused = False
        self._inner = inner
        self._transport = transport
        self._most = most
        self._held = 0

    def data_received(self, data: bytes) -> None:
        """Pass it on, unless asyncpg would hold too much."""
        self._held += len(data)
        if self._held > self._most:
            self.refused = True
            self._transport.abort()
            return
        self._inner.data_received(data)
        if not self._transport.is_reading():  # it has handed over what was complete
            self._held = 0

    def eof_received(self) -> bool | None:
        """Pass it on."""
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass it on."""
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass it on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass it on."""
        self._inner.resume_writing()
