"""The rows that a run has so far, read from its backlog and turned into a file piece by piece.

What belongs to the file is decided at the beginning: chunks that come later do not. Of a chunk
one part is in memory at a time.
"""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Self

from app.exports.blocks import off_the_loop
from app.exports.formats import Format, RowFormat, is_special, row_format
from app.exports.rowtext import Large, RowText, WideRow, event_data_pieces
from app.runs.backlog_reader import BacklogReader
from app.runs.frames import Damaged, Record, decompressed
from app.runs.run import Run


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

    def pieces(self, reader: BacklogReader) -> AsyncGenerator[memoryview]:
        """The file in pieces of at most 64 KiB; Damaged where the backlog is not as written."""
        return off_the_loop(self._file(reader))

    def _file(self, reader: BacklogReader) -> Iterator[bytes]:
        begun = self.form.head()
        for rows in self._rows(reader):
            # The first chunk is read before anything is sent: damage there can still be told.
            yield begun + rows
            begun = b""
        yield begun + self.form.tail()

    def _rows(self, reader: BacklogReader) -> Iterator[bytes]:
        first = True
        for record in chunk_records(reader, self.chunks):
            special = large_are_special(reader, record)
            for part in row_text(reader, record).parts():
                if isinstance(part, WideRow):
                    yield from self.form.wide_row(part, first=first, special=special)
                else:
                    yield self.form.text(part, first=first)
                first = False


def known_columns(reader: BacklogReader) -> list[tuple[str, str]]:
    """Name and type of each column; none before the query was prepared."""
    return [(str(each["name"]), str(each["type"])) for each in reader.columns() or ()]


def chunk_records(reader: BacklogReader, count: int) -> Iterator[Record]:
    """Where the first so many chunks lie; Damaged where one is missing."""
    number = chunk = 0
    while chunk < count:
        number += 1
        record = reader.record(number)
        if record is None:
            raise Damaged
        if record.kind == "chunk":
            chunk += 1
            yield record


def chunk_pieces(chunk: Record, reader: BacklogReader) -> AsyncGenerator[memoryview]:
    """The JSON of one chunk's event in pieces of at most 64 KiB; Damaged as above."""
    return off_the_loop(_chunk_json(chunk, reader))


def _chunk_json(chunk: Record, reader: BacklogReader) -> Iterator[bytes]:
    yield from event_data_pieces(decompressed(reader.source(chunk)))


def row_text(reader: BacklogReader, record: Record) -> RowText:
    """The rows of one chunk, to be read once; Damaged where it is not as written."""
    return RowText(decompressed(reader.source(record)))


def large_are_special(reader: BacklogReader, record: Record) -> Iterator[bool]:
    """Of each large value of a chunk whether CSV has to quote it. Nothing is read before asked."""
    yield from [
        is_special(value)
        for part in row_text(reader, record).parts()
        if isinstance(part, WideRow)
        for value in part.values
        if isinstance(value, Large)
    ]
