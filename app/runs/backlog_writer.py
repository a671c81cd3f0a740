"""Writing a backlog: one event after the other, each whole or not at all.

Room for the last event is set aside before every other, so that a full disk can still be told.
"""

import errno
import os
from contextlib import suppress
from types import TracebackType
from typing import Self
from zlib import crc32

from app.errors import Storage
from app.runs.backlog_reader import BacklogReader
from app.runs.frames import RECORD_BYTES, Kind, Record, compress

RESERVE_BYTES = 16 * 1024  # a final event with the longest error that we write
INDEX_STEP = 4096 // RECORD_BYTES * RECORD_BYTES


class BacklogWriter:
    """The one writer of a backlog. `append` blocks on the disk: call it off the event loop."""

    def __init__(self, frames: int, index: int) -> None:
        self._frames = frames
        self._index = index
        reader = BacklogReader(frames, index)
        self.events = reader.count()
        self._last = reader.record(self.events)
        self.size = 0 if self._last is None else self._last.offset + self._last.length
        self._drop_torn_tail()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def complete(self) -> bool:
        """Whether the final event is there."""
        return self._last is not None and self._last.kind == "final"

    @property
    def rows(self) -> int:
        """Rows in the backlog."""
        return self._last.rows if self._last else 0

    @property
    def chunks(self) -> int:
        """Chunks in the backlog."""
        return self._last.chunk if self._last else 0

    def append(self, event: bytes, *, kind: Kind = "other", rows: int = 0) -> None:
        """Add the next event; `rows` is a chunk's. Storage when the disk is full or broken."""
        frame = compress(event)
        record = self._next_record(frame, len(event), kind, rows)
        try:
            if kind != "final":
                self._reserve(len(frame))
            self._write(frame, record)
        except OSError as error:
            raise Storage(
                "The server's disk is full or broken. The rows so far are kept."
            ) from error
        self.events += 1
        self.size += len(frame)
        self._last = record

    def close(self) -> None:
        """Give the reserve back and let the lock go."""
        with suppress(OSError):
            self._drop_torn_tail()
        os.close(self._frames)
        os.close(self._index)

    def _next_record(self, frame: bytes, plain_length: int, kind: Kind, rows: int) -> Record:
        is_chunk = kind == "chunk"
        return Record(
            offset=self.size,
            length=len(frame),
            plain_length=plain_length,
            chunk=self.chunks + is_chunk,
            first_row=self.rows if is_chunk else (self._last.first_row if self._last else 0),
            count=rows if is_chunk else (self._last.count if self._last else 0),
            frame_check=crc32(frame),
            kind=kind,
        )

    def _write(self, frame: bytes, record: Record) -> None:
        _write_all(self._frames, frame, self.size)
        _write_all(self._index, record.pack(), self.events * RECORD_BYTES)

    def _reserve(self, length: int) -> None:
        _allocate(self._frames, self.size, length + RESERVE_BYTES)
        if self.events * RECORD_BYTES % INDEX_STEP == 0:
            _allocate(self._index, self.events * RECORD_BYTES, INDEX_STEP + RECORD_BYTES)

    def _drop_torn_tail(self) -> None:
        os.ftruncate(self._frames, self.size)
        os.ftruncate(self._index, self.events * RECORD_BYTES)


def _allocate(file: int, offset: int, length: int) -> None:
    try:
        os.posix_fallocate(file, offset, length)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
            raise


def _write_all(file: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, offset)
        view, offset = view[written:], offset + written
