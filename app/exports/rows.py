"""The rows that a run has so far, read from its backlog and turned into a file piece by piece.

What belongs to the file is decided at the beginning: chunks that come later do not. One chunk is
in memory at a time, and it is read, unpacked and formatted off the event loop.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import cast

import orjson

from app.exports.formats import Format, Row, RowFormat, row_format
from app.runs.backlog import BacklogReader
from app.runs.frames import Damaged
from app.runs.run import Run

# One send of a response; also the memory that a client which does not read can hold.
SLICE_BYTES = 64 * 1024


class RowsSoFar:
    """One run's rows as they are now, in one format."""

    def __init__(self, reader: BacklogReader, run: Run, name: Format) -> None:
        self._reader = reader
        self._format = row_format(name, known_columns(reader))
        last = reader.record(reader.count())
        self._chunks = last.chunk if last else 0
        rows = last.first_row + last.count if last else 0
        self.partial = run.status != "completed"
        if not self.partial and rows != run.rows:
            raise Damaged
        self.filename = f"{run.report}{'-partial' if self.partial else ''}.{name}"

    async def pieces(self) -> AsyncIterator[memoryview]:
        """The file in pieces of at most 64 KiB; Damaged where the backlog is not as written."""
        for piece in slices(self._format.head()):
            yield piece
        for number in range(1, self._chunks + 1):
            block = await asyncio.to_thread(chunk_block, self._reader, number, self._format)
            for piece in slices(block):
                yield piece
        for piece in slices(self._format.tail()):
            yield piece


def known_columns(reader: BacklogReader) -> list[tuple[str, str]]:
    """Name and type of each column; none before the query was prepared."""
    return [(str(each["name"]), str(each["type"])) for each in reader.columns() or ()]


def chunk_block(reader: BacklogReader, number: int, form: RowFormat) -> bytes:
    """One chunk's rows in the format; blocks on the disk."""
    data = reader.chunk(number)
    if data is None:
        raise Damaged
    rows = cast("Sequence[Row]", orjson.loads(data)["rows"])
    return form.rows(rows, first=number == 1)


def slices(block: bytes) -> list[memoryview]:
    """The block in parts of at most 64 KiB, not copied."""
    view = memoryview(block)
    return [view[start : start + SLICE_BYTES] for start in range(0, len(view), SLICE_BYTES)]
