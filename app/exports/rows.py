"""The rows that a run has so far, read from its backlog and turned into a file piece by piece.

What belongs to the file is decided at the beginning: chunks that come later do not. One chunk is
in memory at a time, and it is read, unpacked and formatted off the event loop.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Self, cast

import orjson

from app.exports.formats import Format, Row, RowFormat, row_format
from app.runs.backlog_reader import BacklogReader
from app.runs.frames import Damaged
from app.runs.run import Run

# One send of a response; also the memory that a client which does not read can hold.
SLICE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class RowsSoFar:
    """What one file holds: the first `chunks` chunks of a run, in one format."""

    form: RowFormat
    chunks: int
    filename: str

    @classmethod
    def of(cls, run: Run, reader: BacklogReader, name: Format) -> Self:
        """The rows as they are now; Damaged when a run that has ended has lost some of them."""
        last = reader.record(reader.count())
        is_partial = run.status != "completed"
        if run.is_final and run.rows != (last.rows if last else 0):
            raise Damaged
        return cls(
            form=row_format(name, known_columns(reader)),
            chunks=last.chunk if last else 0,
            filename=f"{run.report}{'-partial' if is_partial else ''}.{name}",
        )

    async def pieces(self, reader: BacklogReader) -> AsyncGenerator[memoryview]:
        """The file in pieces of at most 64 KiB; Damaged where the backlog is not as written."""
        block = self.form.head()
        for number in range(1, self.chunks + 1):
            # The first chunk is read before anything is sent: damage there can still be told.
            rows = await asyncio.to_thread(chunk_block, reader, number, self.form)
            for piece in slices(block + rows if block else rows):
                yield piece
            block = b""
        for piece in slices(block + self.form.tail()):
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
