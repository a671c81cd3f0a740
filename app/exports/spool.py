"""A file that one writes and another reads behind him, at his own pace and in constant memory.

It has no name, so that nothing is left of it whatever happens. Where it has grown to its limit it
begins anew over what has been read, and the writer waits until there is room. What a reader who
keeps up takes never comes to the disk.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.database.tasks import in_thread
from app.errors import Storage
from app.exports.blocks import slices
from app.runs.frames import PIECE_BYTES

Write = Callable[[bytes], Awaitable[None]]
T = TypeVar("T")


FRESH_BYTES = 4 * PIECE_BYTES  # what waits in memory for a reader who keeps up


class Broken(Exception):
    """What was to be read will never be whole."""


class Spool:
    """At most `most` bytes of a folder's disk. Its reader closes it."""

    def __init__(self, folder: Path, *, most: int) -> None:
        """Raises Storage where the disk does not take it."""
        try:
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        except OSError as error:
            raise _full() from error
        self._most = most
        self._fresh: list[bytes] = []  # behind everything that is on the disk
        self._fresh_bytes = 0
        self._written = 0
        self._read = 0
        self._whole = False
        self._broken = False
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._emptied = asyncio.Event()

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return min(self._written, self._most)

    def close(self) -> None:
        """Give the disk back, when the writer is gone, too."""
        self._file.close()

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Write]:
        """What writes; it is whole at the end of the block, and broken by an error in it.

        Writing raises Storage where the disk is full.
        """
        file = os.dup(self._file.fileno())  # the reader may close his while this one writes

        async def write(data: bytes) -> None:
            self._fresh.append(data)
            self._fresh_bytes += len(data)
            self._news.set()
            if self._fresh_bytes >= FRESH_BYTES:
                await self._write(file, self._taken())

        try:
            yield write
            self._whole = True
        except BaseException:
            self._broken = True
            raise
        finally:
            os.close(file)
            self._news.set()

    async def pieces(self) -> AsyncGenerator[bytes | memoryview]:
        """What is written, in pieces of at most 64 KiB, to the end; Broken where there is none."""
        while not self._broken:
            if self._read < self._written:
                yield await self._next_piece()
            elif self._fresh:
                for piece in slices(self._taken()):
                    yield piece
            elif self._whole:
                self._emptied.set()
                return
            else:
                self._news.clear()
                await self._news.wait()
        raise Broken

    async def emptied(self) -> None:
        """Return when all has been read. A cancellation breaks it off."""
        try:
            await self._emptied.wait()
        except asyncio.CancelledError:
            self._broken = True
            self._news.set()
            raise

    def _taken(self) -> bytes:
        fresh, self._fresh, self._fresh_bytes = self._fresh, [], 0
        return fresh[0] if len(fresh) == 1 else b"".join(fresh)

    async def _write(self, file: int, block: bytes) -> None:
        data = memoryview(block)
        while data:
            room = self._most - (self._written - self._read)
            if not room:
                self._room.clear()
                await self._room.wait()
                continue
            place = self._written % self._most
            part = data[: min(room, self._most - place)]
            count = await _aside(partial(os.pwrite, file, part, place))
            self._written += count
            self._news.set()
            data = data[count:]

    async def _next_piece(self) -> bytes:
        place = self._read % self._most
        size = min(PIECE_BYTES, self._written - self._read, self._most - place)
        piece = await _aside(partial(os.pread, self._file.fileno(), size, place))
        self._read += len(piece)
        self._room.set()
        return piece


async def _aside(work: Callable[[], T]) -> T:
    """Done in a thread, to its end: its file is closed by those who wait for it."""
    try:
        return await in_thread(work)
    except OSError as error:
        raise _full() from error


def _full() -> Storage:
    return Storage("The server's disk is full or broken.")
