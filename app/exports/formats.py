"""Rows as csv, json and ndjson: printed values and their column types in, bytes out. Pure.

CSV is what PostgreSQL's `COPY … (FORMAT csv, HEADER)` writes, byte for byte. In JSON and NDJSON
booleans, integers and finite floats and numerics are JSON values digit for digit, json and jsonb
are embedded as they are, all else is the printed string. A repeated column name gets `_2`, `_3`.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

from app.exports.objects import Objects
from app.exports.plain_csv import plain_csv
from app.exports.rowtext import Large, Rows, WideRow

Row = Sequence[str | None]
Format = Literal["csv", "json", "ndjson"]
FORMATS: tuple[Format, ...] = ("csv", "json", "ndjson")
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
}

QUOTED_IN_CSV = ('"', ",", "\n", "\r")
# psql reads a line with nothing but this as the end of the data.
END_OF_DATA = "\\."
Values = Sequence[str | None]


class RowFormat(Protocol):
    """How rows become a file: `head`, then `rows` for each block in order, then `tail`.

    `text` or a wide row stands where a block may; `special` says of each of the row's large values
    whether it has a character that CSV quotes.
    """

    def head(self) -> bytes: ...

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes: ...

    def text(self, rows: Rows, *, first: bool) -> bytes: ...

    def wide_row(
        self, row: WideRow, *, first: bool, special: Iterator[bool]
    ) -> Iterator[bytes]: ...

    def tail(self) -> bytes: ...


def row_format(name: Format, columns: Sequence[tuple[str, str]]) -> RowFormat:
    """The format of that name for columns given as (name, type)."""
    match name:
        case "csv":
            return CsvFormat([column for column, _ in columns])
        case "json":
            return JsonFormat(columns)
        case "ndjson":
            return NdjsonFormat(columns)


class CsvFormat:
    """RFC 4180 with `\\n`; NULL is empty, the empty string is `""`."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def head(self) -> bytes:
        """The header line; nothing when no column is known."""
        return csv_lines([self._names]) if self._names else b""

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes:
        """One record per row."""
        del first
        return csv_lines(rows)

    def text(self, rows: Rows, *, first: bool) -> bytes:
        """The same of their JSON."""
        del first
        return plain_csv(rows.json) or csv_lines(rows.values())

    def wide_row(self, row: WideRow, *, first: bool, special: Iterator[bool]) -> Iterator[bytes]:
        """One record, in pieces."""
        del first
        for number, value in enumerate(row.values):
            yield b"," if number else b""
            if isinstance(value, Large):
                yield from large_csv_value(value, quoted=next(special))
            else:
                yield _csv_value(value).encode()
        yield b"\n"

    def tail(self) -> bytes:
        """Nothing: a CSV file ends with its last record."""
        return b""


class NdjsonFormat:
    """One JSON object on each line."""

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        self._objects = Objects(columns, between=b"\n")

    def head(self) -> bytes:
        """Nothing stands before the first line."""
        return b""

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes:
        """One line per row."""
        return self.text(Rows.of(rows), first=first)

    def text(self, rows: Rows, *, first: bool) -> bytes:
        """The same of their JSON."""
        del first
        return self._objects(rows.json) + b"\n" if rows.json else b""

    def wide_row(self, row: WideRow, *, first: bool, special: Iterator[bool]) -> Iterator[bytes]:
        """One line, in pieces."""
        del first, special
        yield from self._objects.wide(row)
        yield b"\n"

    def tail(self) -> bytes:
        """Nothing stands after the last line."""
        return b""


class JsonFormat:
    """One array of objects, one object on each line."""

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        self._objects = Objects(columns, between=b",\n")

    def head(self) -> bytes:
        """The array begins."""
        return b"["

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes:
        """The objects with commas between them, and before them unless they are the first."""
        return self.text(Rows.of(rows), first=first)

    def text(self, rows: Rows, *, first: bool) -> bytes:
        """The same of their JSON."""
        before = b"\n" if first else b",\n"
        return before + self._objects(rows.json) if rows.json else b""

    def wide_row(self, row: WideRow, *, first: bool, special: Iterator[bool]) -> Iterator[bytes]:
        """One object with what stands before it, in pieces."""
        del special
        yield b"\n" if first else b",\n"
        yield from self._objects.wide(row)

    def tail(self) -> bytes:
        """The array ends."""
        return b"\n]\n"


def csv_lines(rows: Sequence[Row]) -> bytes:
    """Records as PostgreSQL's COPY writes them."""
    columns = [_csv_values(values) for values in zip(*rows, strict=True)]
    if len(columns) == 1:
        columns = [['"\\."' if value == END_OF_DATA else value for value in columns[0]]]
    return "".join(",".join(row) + "\n" for row in zip(*columns, strict=True)).encode()


def _csv_values(values: Values) -> list[str]:
    text = "".join(filter(None, values))
    if not any(character in text for character in QUOTED_IN_CSV):
        return ["" if value is None else value or '""' for value in values]
    return [_csv_value(value) for value in values]


def _csv_value(value: str | None) -> str:
    if value is None:
        return ""
    if value and not any(character in value for character in QUOTED_IN_CSV):
        return value
    return '"' + value.replace('"', '""') + '"'


def large_csv_value(value: Large, *, quoted: bool) -> Iterator[bytes]:
    """The value in pieces."""
    if quoted:
        yield b'"'
    for text in value.texts():
        yield text.replace('"', '""').encode()
    if quoted:
        yield b'"'


def is_special(value: Large) -> bool:
    """Whether CSV has to quote the value; takes its pieces up to the first reason."""
    return any(character in text for text in value.texts() for character in QUOTED_IN_CSV)
