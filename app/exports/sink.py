"""The open end of a file that is being written into a store."""

from collections.abc import Awaitable
from typing import Protocol

from app.exports.store_errors import storage_errors

GATHER_BYTES = 256 * 1024  # handed over at once: each call costs a turn of two event loops


class Writer(Protocol):
    """What obstore opens for writing; its stubs say less."""

    def write(self, data: bytearray, /) -> Awaitable[int]:
        """Take the data."""
        ...

    def close(self) -> Awaitable[None]:
        """Publish it."""
        ...

    def __aexit__(
        self, kind: type[BaseException], error: BaseException, traceback: object, /
    ) -> Awaitable[None]:
        """Drop it."""
        ...


class Sink:
    """The open end of a file that is being written; small pieces are gathered."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._gathered = bytearray()

    async def write(self, data: bytes | memoryview) -> None:
        """Take these bytes; waits while the store is slower. Raises Storage."""
        view = memoryview(data)
        for start in range(0, len(view), GATHER_BYTES):
            self._gathered += view[start : start + GATHER_BYTES]
            if len(self._gathered) >= GATHER_BYTES:
                await self.flush()

    async def flush(self) -> None:
        """Hand over what is gathered."""
        gathered, self._gathered = self._gathered, bytearray()
        if gathered:
            with storage_errors():
                await self._writer.write(gathered)
