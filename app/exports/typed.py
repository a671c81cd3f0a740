"""Rows on their way into typed files (XLSX, Parquet): COPY's CSV into columns of text, by blocks.

The exporter gives what COPY sends for the raw columns (`select r.c1, … from …`) when told
`COPY_OPTIONS`, cut anywhere: so each type is printed by its own output function, under the settings
of `app.database.session` and the time zone of the run. It is CSV because Arrow reads that by
itself, and because NULL (nothing) and the empty string (`""`) differ there.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import pyarrow as pa
from pyarrow import csv

from app.errors import TooLarge
from app.exports.export import MOST_ROW_BYTES
from app.exports.store_errors import storage_errors

COPY_OPTIONS: Mapping[str, object] = {"format": "csv"}

BLOCK_BYTES = 1 << 20  # a call into Arrow costs more than a small block's rows

# As format_type prints built-in types; names of others are qualified, quoted, or in no table here.
TYPE = re.compile(
    r"(?P<name>[a-z ]+)(?:\((?P<modifiers>-?[0-9]+(?:,-?[0-9]+)?)\))?"
    r"(?P<zone> with(?:out)? time zone)?(?P<array>\[\])?"
)

Columns = Sequence[tuple[str, str]]
Texts = Sequence[pa.StringArray]


@dataclass(frozen=True, slots=True)
class PgType:
    """A type of PostgreSQL by its name without modifiers, which are `(precision, scale)` alike."""

    name: str
    modifiers: tuple[int, ...] = ()
    is_array: bool = False

    @classmethod
    def of(cls, text: str) -> "PgType":
        """As format_type prints it: `numeric(10,2)`, `timestamp(3) with time zone`, `integer[]`."""
        found = TYPE.fullmatch(text)
        if found is None:
            return cls(text)
        modifiers = (found["modifiers"] or "").split(",")
        return cls(
            name=found["name"] + (found["zone"] or ""),
            modifiers=tuple(int(each) for each in modifiers if each),
            is_array=found["array"] is not None,
        )


class Sheet(Protocol):
    """A file that takes rows as columns of text, NULL being null."""

    def add(self, texts: Texts) -> None:
        """Take the next rows, at least one."""
        ...

    def finish(self) -> None:
        """Write what is left and close the file."""
        ...

    def abandon(self) -> None:
        """Close the file, if it is open, as it is."""
        ...


class TableFile:
    """A file that is being written from COPY's CSV. Blocks its thread. Raises Storage.

    `abandon` may be called while another thread writes: whoever waits for that one can be cancelled
    before it is done. It ends what it is at, and then nothing is open any more.
    """

    def __init__(self, sheet: Sheet, columns: Columns) -> None:
        self._sheet = sheet
        self._records = Records()
        self._names = [f"c{number}" for number in range(len(columns))]
        self._busy = Lock()
        self._given_up = False

    def write(self, data: bytes | memoryview) -> int:
        """Take the next bytes, cut anywhere; how many rows went on their way into the file."""
        with self._alone():
            return self._add(self._records.take(data))

    def close(self) -> int:
        """The end: the file is whole afterwards. How many rows were still to go."""
        with self._alone():
            rows = self._add(self._records.rest())
            self._sheet.finish()
            return rows

    def abandon(self) -> None:
        """Give up: what is there is not whole. Does no harm to a closed file, nor twice."""
        self._given_up = True
        if self._busy.acquire(blocking=False):
            try:
                self._sheet.abandon()
            finally:
                self._busy.release()

    @contextmanager
    def _alone(self) -> Generator[None]:
        try:
            with self._busy, storage_errors():
                yield
        finally:
            if self._given_up:
                self.abandon()

    def _add(self, records: bytearray) -> int:
        if not records:
            return 0
        texts = parsed(records, self._names)
        self._sheet.add(texts)
        return len(texts[0])


class Records:
    """Gathers bytes of CSV until there is a block of whole records.

    A line break ends a record unless it is quoted, that is behind an odd number of quotes.
    """

    def __init__(self) -> None:
        self._gathered = bytearray()
        self._searched = self._quotes = 0  # bytes in which no record ends, and the quotes in them

    def take(self, data: bytes | memoryview) -> bytearray:
        """A block of whole records, or nothing yet. Raises TooLarge for a row beyond all size."""
        self._gathered += data
        if len(self._gathered) < BLOCK_BYTES:
            return bytearray()
        end = self._end()
        if not end and len(self._gathered) > MOST_ROW_BYTES:
            raise TooLarge(
                f"A row has more than the {MOST_ROW_BYTES >> 20} MiB of text that a row of a table"
                " may have. Leave its large columns out."
            )
        return self._cut(end)

    def rest(self) -> bytearray:
        """What is left when nothing more comes."""
        return self._cut(len(self._gathered))

    def _end(self) -> int:
        """Where the last whole record ends; 0 where none does."""
        end = len(self._gathered)
        quotes = self._quotes = self._quotes + self._gathered.count(b'"', self._searched)
        while (at := self._gathered.rfind(b"\n", self._searched, end)) >= 0:
            quotes -= self._gathered.count(b'"', at, end)
            if quotes % 2 == 0:
                return at + 1
            end = at
        self._searched = len(self._gathered)
        return 0

    def _cut(self, end: int) -> bytearray:
        """What ends there; not copied, but what is behind it, the smaller part."""
        if not end:
            return bytearray()
        whole, self._gathered = self._gathered, self._gathered[end:]
        del whole[end:]
        self._searched = self._quotes = 0
        return whole


def parsed(records: bytearray, names: Sequence[str]) -> Texts:
    """The columns of whole records, as text."""
    table = csv.read_csv(
        pa.py_buffer(records),
        read_options=csv.ReadOptions(
            column_names=list(names), use_threads=False, block_size=len(records) + 1
        ),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return [column.combine_chunks() for column in table.columns]
