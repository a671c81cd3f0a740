"""Reading a backlog: its events and chunks by number, while it grows or after."""

import os
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Self
from zlib import crc32

import orjson

from app.errors import Json, Storage
from app.runs.events import event_data
from app.runs.frames import (
    PIECE_BYTES,
    RECORD_BYTES,
    Damaged,
    Record,
    Source,
    checked,
    decompress,
    pieces,
    unpack,
)

SCAN_RECORDS = 4096  # of the index at a time


class BacklogReader:
    """What a backlog holds so far; events and chunks are numbered from 1. Use it in a `with`."""

    def __init__(self, frames: int, index: int) -> None:
        self._frames = frames
        self._index = index
        self._count = 0
        self.complete = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._frames)
        os.close(self._index)

    def count(self) -> int:
        """How many events there are; looks at the index again."""
        for record in self._records(self._count):
            self._count += 1
            self.complete = record.kind == "final"
        return self._count

    def skip(self, chunks: int) -> None:
        """Count on from the last of so many chunks; what stands before it need not be looked at."""
        self._count = max(0, self._event_of(chunks) - 2)

    def record(self, number: int) -> Record | None:
        """Where event `number` lies, or None when it is not there."""
        offset = (number - 1) * RECORD_BYTES
        return unpack(os.pread(self._index, RECORD_BYTES, offset)) if number >= 1 else None

    def frame(self, record: Record) -> bytes:
        """The event's zstd frame, checked; Damaged when the file was changed or torn."""
        return checked(os.pread(self._frames, record.length, record.offset), record)

    def source(self, record: Record) -> Source:
        """The same, to be read in pieces."""
        if record.length <= PIECE_BYTES:
            return BytesIO(self.frame(record))
        check = 0
        for piece in pieces(FrameInFile(self._frames, record)):
            check = crc32(piece, check)
        if check != record.frame_check:
            raise Damaged
        return FrameInFile(self._frames, record)

    def event(self, record: Record) -> bytes:
        """The event as it stands on the wire without a content coding."""
        return decompress(self.frame(record), record)

    def first_rows(self, after: int = 0) -> list[int]:
        """The number of the first row of each chunk after chunk `after` so far."""
        records = self._records(self._event_of(after + 1) - 1)
        return [each.first_row for each in records if each.kind == "chunk" and each.chunk > after]

    def rows(self) -> int:
        """How many rows the backlog holds so far."""
        last = self.record(self.count())
        return last.rows if last else 0

    def chunk(self, number: int) -> bytes | None:
        """The JSON of chunk `number`'s event, or None when it is not there (yet)."""
        record = self.chunk_record(number)
        return None if record is None else event_data(self.event(record))

    def chunk_record(self, number: int) -> Record | None:
        """Where chunk `number`'s event lies, or None when it is not there (yet)."""
        record = self.record(self._event_of(number))
        if record is None or record.kind != "chunk" or record.chunk != number:
            return None
        return record

    def _event_of(self, number: int) -> int:
        """The number of chunk `number`'s event; without such a chunk one with none of it before."""
        # The index may end in room set aside, which is no record and counts as beyond every chunk.
        low, high = 1, os.fstat(self._index).st_size // RECORD_BYTES
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._chunks_at(middle) < number else (low, middle)
        return low

    def columns(self) -> list[dict[str, Json]] | None:
        """The columns (name, type, label), or None before the query was prepared."""
        for record in self._records(0):
            if record.kind != "other":
                return None
            event = self.event(record)
            if b"\nevent: columns\n" in event:
                return orjson.loads(event_data(event))["columns"]
        return None

    def _chunks_at(self, number: int) -> int:
        record = self.record(number)
        return sys.maxsize if record is None else record.chunk

    def _records(self, start: int) -> Iterator[Record]:
        while True:
            raw = os.pread(self._index, SCAN_RECORDS * RECORD_BYTES, start * RECORD_BYTES)
            for offset in range(0, len(raw), RECORD_BYTES):
                record = unpack(raw[offset : offset + RECORD_BYTES])
                if record is None:
                    return
                yield record
            if len(raw) < SCAN_RECORDS * RECORD_BYTES:
                return
            start += SCAN_RECORDS


class FrameInFile:
    """A large frame, read from its file a piece at a time. Ends where the file does."""

    def __init__(self, file: int, record: Record) -> None:
        self._file = file
        self._next = record.offset
        self._end = record.offset + record.length

    def read(self, size: int) -> bytes:
        """At most so many of the next bytes."""
        piece = os.pread(self._file, min(size, self._end - self._next), self._next)
        self._next += len(piece)
        return piece


def damaged_error() -> Storage:
    """What a reader is told when a backlog is not what was written."""
    return Storage(
        "Rows kept for this run were damaged on the server's disk. Run the report again.",
    )
