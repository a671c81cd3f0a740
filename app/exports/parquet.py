"""Parquet with real types, in row groups of bounded size.

`app.exports.parquet_types` has the table of types. Whether a column's values all fit its type is
only known when they have been read. Where one of the first row group does not, the column is text
from the start, as PostgreSQL prints it. Where a later one does not, `write` raises Unrepresentable:
nothing is rounded or left out, and whoever writes begins again with those columns as text.

The file's metadata say what each column was (`rowstream:columns`, also with each field).
"""

from collections.abc import Collection, Sequence
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pyarrow as pa
from pyarrow import parquet

from app.exports.objects import distinct_names
from app.exports.parquet_types import AS_TEXT, TEXTS, Kind, kind_of
from app.exports.typed import Columns, PgType, TableFile, Texts
from app.exports.unrepresentable import Unrepresentable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

GROUP_ROWS = 1 << 18
GROUP_BYTES = 8 << 20  # of text: a group takes several times as much while it is written
COMPRESSION = "zstd"

TYPE_KEY, NOTE_KEY, COLUMNS_KEY = "rowstream:type", "rowstream:note", "rowstream:columns"
NO_EQUAL = "text, as PostgreSQL prints it: Parquet has no equal type"
NOT_HELD = "text, as PostgreSQL prints it: some values do not fit Parquet's type"


def parquet_file(path: Path, columns: Columns, *, text_columns: Collection[int] = ()) -> TableFile:
    """A new file at `path` for columns given as (name, type).

    `text_columns` are text whatever their type: what an Unrepresentable named before.
    """
    return TableFile(ParquetRows(path, columns, frozenset(text_columns)), columns)


class ParquetRows:
    """A Parquet file that is being written, a row group at a time."""

    def __init__(self, path: Path, columns: Columns, text_columns: frozenset[int]) -> None:
        self._names = [name for name, _ in columns]
        self._types = [type_ for _, type_ in columns]
        self._text_columns = text_columns
        self._group: list[Texts] = []
        self._rows = self._bytes = 0
        self._kinds: Sequence[Kind] = ()
        self._writer: parquet.ParquetWriter | None = None
        self._file = _Sink(path)

    def add(self, texts: Texts) -> None:
        """Take the next rows. Raises Unrepresentable."""
        self._group.append(texts)
        self._rows += len(texts[0])
        self._bytes += sum(each.nbytes for each in texts)
        if self._rows >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
            self._write_group()

    def finish(self) -> None:
        """Write the last group and the footer."""
        if self._rows or self._writer is None:
            self._write_group()
        if self._writer is not None:
            self._writer.close()
        self._file.close()

    def abandon(self) -> None:
        """Close the file, if it is open, as it is."""
        self._file.drops = True
        if self._writer is not None:
            self._writer.close()
        self._file.close()

    def _write_group(self) -> None:
        group, self._group = self._group, []
        self._rows = self._bytes = 0
        if self._writer is None:
            self._kinds = [
                self._first_kind(number, _column(group, number))
                for number in range(len(self._names))
            ]
            self._writer = parquet.ParquetWriter(
                self._file, self._schema(), compression=COMPRESSION
            )
        table = pa.Table.from_arrays(self._converted(group), schema=self._writer.schema)
        self._writer.write_table(table, row_group_size=max(len(table), 1))
        del table
        pa.default_memory_pool().release_unused()  # else the process stays as large as it was

    def _first_kind(self, number: int, values: pa.StringArray) -> Kind:
        if number in self._text_columns:
            return AS_TEXT
        kind = kind_of(PgType.of(self._types[number]), values)
        return kind if kind is not None and _holds(kind, values) else AS_TEXT

    def _converted(self, group: Sequence[Texts]) -> list[pa.Array]:
        """The typed columns, one after the other: not all of them are text and typed at once."""
        arrays: list[pa.Array] = []
        refused: set[int] = set()
        for number, kind in enumerate(self._kinds):
            try:
                arrays.append(kind.convert(_column(group, number)))
            except pa.ArrowInvalid:
                refused.add(number)
        if refused:
            raise Unrepresentable(self._text_columns | refused, self._names)
        return arrays

    def _schema(self) -> pa.Schema:
        notes = [self._about(number) for number in range(len(self._names))]
        fields = [
            pa.field(name, kind.type, metadata=about)
            for name, kind, about in zip(
                distinct_names(self._names), self._kinds, notes, strict=True
            )
        ]
        columns = [{"name": name, **about} for name, about in zip(self._names, notes, strict=True)]
        return pa.schema(fields, metadata={COLUMNS_KEY: orjson.dumps(columns)})

    def _about(self, number: int) -> dict[str, str]:
        """What the metadata say of a column: its type, and why it is text where it is."""
        about = {TYPE_KEY: self._types[number]}
        type_ = PgType.of(self._types[number])
        if self._kinds[number] is not AS_TEXT or (type_.name in TEXTS and not type_.is_array):
            return about
        has_equal = kind_of(type_, pa.array([], pa.string())) is not None
        return about | {NOTE_KEY: NOT_HELD if has_equal else NO_EQUAL}


class _Sink(FileIO):
    """A file for Arrow, which writes a footer whatever happens: dropped once it `drops`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "wb")
        self.drops = False

    def write(self, data: "ReadableBuffer") -> int:
        """All of it: a disk that takes a part is asked again, and then says that it is full."""
        view = memoryview(data)
        at = len(view) if self.drops else 0
        while at < len(view):
            at += super().write(view[at:]) or 0
        return at


def _column(group: Sequence[Texts], number: int) -> pa.StringArray:
    return pa.concat_arrays([texts[number] for texts in group] or [pa.array([], pa.string())])


def _holds(kind: Kind, values: pa.StringArray) -> bool:
    try:
        kind.convert(values)
    except pa.ArrowInvalid:
        return False
    return True
