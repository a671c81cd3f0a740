"""Rows as csv, json and ndjson: printed values and their column types in, bytes out. Pure.

CSV is what PostgreSQL's `COPY … (FORMAT csv, HEADER)` writes, byte for byte. In JSON and NDJSON
booleans, integers and finite floats and numerics are JSON values digit for digit, json and jsonb
are embedded as they are, all else is the printed string. A repeated column name gets `_2`, `_3`.
"""

import re
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import orjson

Row = Sequence[str | None]
Format = Literal["csv", "json", "ndjson"]
FORMATS: tuple[Format, ...] = ("csv", "json", "ndjson")
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
}

NUMBERS = frozenset({"smallint", "integer", "bigint", "real", "double precision", "numeric"})
DOCUMENTS = frozenset({"json", "jsonb"})
JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
QUOTED_IN_CSV = re.compile('[",\n\r]')
# psql reads a line with nothing but this as the end of the data.
END_OF_DATA = "\\."
BOOLEANS = {"t": True, "f": False}

Value = str | bool | orjson.Fragment | None
Embed = Callable[[str], Value]


class RowFormat(Protocol):
    """How rows become a file: `head`, then `rows` for each block in order, then `tail`."""

    def head(self) -> bytes: ...

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes: ...

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
        return csv_line(self._names) if self._names else b""

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes:
        """One record per row."""
        return b"".join(map(csv_line, rows))

    def tail(self) -> bytes:
        """Nothing: a CSV file ends with its last record."""
        return b""


class NdjsonFormat:
    """One JSON object on each line."""

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        self._object = _objects(columns)

    def head(self) -> bytes:
        """Nothing stands before the first line."""
        return b""

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes:
        """One line per row."""
        return b"".join(self._object(row) + b"\n" for row in rows)

    def tail(self) -> bytes:
        """Nothing stands after the last line."""
        return b""


class JsonFormat:
    """One array of objects, one object on each line."""

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        self._object = _objects(columns)

    def head(self) -> bytes:
        """The array begins."""
        return b"["

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes:
        """The objects with commas between them, and before them unless they are the first."""
        if not rows:
            return b""
        return (b"\n" if first else b",\n") + b",\n".join(map(self._object, rows))

    def tail(self) -> bytes:
        """The array ends."""
        return b"\n]\n"


def csv_line(row: Row) -> bytes:
    """One record as PostgreSQL's COPY writes it."""
    if len(row) == 1 and row[0] == END_OF_DATA:
        return b'"\\."\n'
    return (",".join(map(_csv_value, row)) + "\n").encode()


def _csv_value(value: str | None) -> str:
    if value is None:
        return ""
    if value and not QUOTED_IN_CSV.search(value):
        return value
    return '"' + value.replace('"', '""') + '"'


def distinct_names(names: Sequence[str]) -> list[str]:
    """The names as keys of one object: a repeated one gets `_2`, `_3`, past any that are taken."""
    taken, given = set(names), set[str]()
    keys: list[str] = []
    for name in names:
        key, number = name, 2
        while key in given or (key != name and key in taken):
            key, number = f"{name}_{number}", number + 1
        given.add(key)
        keys.append(key)
    return keys


def _objects(columns: Sequence[tuple[str, str]]) -> Callable[[Row], bytes]:
    keys = distinct_names([name for name, _ in columns])
    embeds = [embedding(kind) for _, kind in columns]

    def encode(row: Row) -> bytes:
        return orjson.dumps(
            {
                key: value if value is None or embed is None else embed(value)
                for key, embed, value in zip(keys, embeds, row, strict=True)
            }
        )

    return encode


def embedding(column_type: str) -> Embed | None:
    """How printed values of that type stand in JSON; None: as strings."""
    name = re.sub(r"\(.*\)$", "", column_type)
    if name in NUMBERS:
        return number
    if name in DOCUMENTS:
        return document
    return boolean if name == "boolean" else None


def number(text: str) -> Value:
    """The number with the digits it was printed with; NaN and the infinities stay strings."""
    return orjson.Fragment(text) if JSON_NUMBER.fullmatch(text) else text


def boolean(text: str) -> Value:
    """`t` and `f` as true and false."""
    return BOOLEANS.get(text, text)


def document(text: str) -> Value:
    """The JSON as PostgreSQL keeps it. A raw line break in it can only be space between tokens."""
    return orjson.Fragment(text.replace("\n", " ").replace("\r", " "))
