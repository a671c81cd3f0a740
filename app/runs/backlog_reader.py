"""Reading a backlog: its events and chunks by number, while it grows or after."""

import os
from collections.abc import Iterator
from typing import Self

import orjson

from app.errors import Json, Storage
from app.runs.events import event_data
from app.runs.frames import RECORD_BYTES, Record, checked, decompress, unpack

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

    def record(self, number: int) -> Record | None:
        """Where event `number` lies, or None when it is not there."""
        offset = (number - 1) * RECORD_BYTES
        return unpack(os.pread(self._index, RECORD_BYTES, offset)) if number >= 1 else None

    def frame(self, record: Record) -> bytes:
        """The event's zstd frame, checked; Damaged when the file was changed or torn."""
        return checked(os.pread(self._frames, record.length, record.offset), record)

    def event(self, record: Record) -> bytes:
        """The event as it stands on the wire without a content coding."""
        return decompress(self.frame(record), record)

    def first_rows(self) -> list[int]:
        """The number of the first row of each chunk so far."""
        return [record.first_row for record in self._records(0) if record.kind == "chunk"]

    def rows(self) -> int:
        """How many rows the backlog holds so far."""
        last = self.record(self.count())
        return last.rows if last else 0

    def chunk(self, number: int) -> bytes | None:
        """The JSON of chunk `number`'s event, or None when it is not there (yet)."""
        low, high = 1, self.count()
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._chunks_at(middle) < number else (low, middle)
        record = self.record(low)
        if record is None or record.kind != "chunk" or record.chunk != number:
            return None
        return event_data(self.event(record))

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
        return 0 if record is None else record.chunk

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


def damaged_error() -> Storage:
    """What a reader is told when a backlog is not what was written."""
    return Storage(
        "Rows kept for this run were damaged on the server's disk. Run the report again.",
    )
