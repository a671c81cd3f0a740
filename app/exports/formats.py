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
JSON_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
NUMBER = re.compile(JSON_NUMBER)
NUMBER_LINES = re.compile(rf"(?:(?:{JSON_NUMBER}|null)\n)*+")
QUOTED_IN_CSV = ('"', ",", "\n", "\r")
# psql reads a line with nothing but this as the end of the data.
END_OF_DATA = "\\."
BOOLEANS = {"t": "true", "f": "false", None: "null"}

Values = Sequence[str | None]
# A column's values as they stand in the file: whole columns are several times faster than values.
Encode = Callable[[Values], list[str]]


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
        return csv_lines([self._names]) if self._names else b""

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes:
        """One record per row."""
        del first
        return csv_lines(rows)

    def tail(self) -> bytes:
        """Nothing: a CSV file ends with its last record."""
        return b""


class NdjsonFormat:
    """One JSON object on each line."""

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        self._objects = _objects(columns)

    def head(self) -> bytes:
        """Nothing stands before the first line."""
        return b""

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes:
        """One line per row."""
        del first
        return "".join(f"{each}\n" for each in self._objects(rows)).encode()

    def tail(self) -> bytes:
        """Nothing stands after the last line."""
        return b""


class JsonFormat:
    """One array of objects, one object on each line."""

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        self._objects = _objects(columns)

    def head(self) -> bytes:
        """The array begins."""
        return b"["

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes:
        """The objects with commas between them, and before them unless they are the first."""
        if not rows:
            return b""
        return (("\n" if first else ",\n") + ",\n".join(self._objects(rows))).encode()

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


def _objects(columns: Sequence[tuple[str, str]]) -> Callable[[Sequence[Row]], list[str]]:
    keys = distinct_names([name for name, _ in columns])
    members = ",".join(orjson.dumps(key).decode().replace("%", "%%") + ":%s" for key in keys)
    encodes = [encoding(kind) for _, kind in columns]

    def encode(rows: Sequence[Row]) -> list[str]:
        values = list(zip(*rows, strict=True)) or [()] * len(encodes)
        encoded = [each(column) for each, column in zip(encodes, values, strict=True)]
        return [f"{{{members}}}" % row for row in zip(*encoded, strict=True)]

    return encode


def encoding(column_type: str) -> Encode:
    """How printed values of that type stand in JSON."""
    name = re.sub(r"\(.*\)$", "", column_type)
    if name in NUMBERS:
        return numbers
    if name in DOCUMENTS:
        return documents
    return booleans if name == "boolean" else strings


def strings(values: Values) -> list[str]:
    """JSON strings. In JSON a line break only stands between values: there the list is cut."""
    listed = orjson.dumps(values, option=orjson.OPT_INDENT_2).decode()
    return listed[4:-2].split(",\n  ") if values else []


def numbers(values: Values) -> list[str]:
    """The digits that were printed; NaN and the infinities are strings."""
    texts = ["null" if value is None else value for value in values]
    if NUMBER_LINES.fullmatch("\n".join(texts) + "\n"):
        return texts
    as_strings = strings(values)
    return [
        text if NUMBER.fullmatch(text) else string
        for text, string in zip(texts, as_strings, strict=True)
    ]


def booleans(values: Values) -> list[str]:
    """`t` and `f` as true and false."""
    return [BOOLEANS[value] for value in values]


def documents(values: Values) -> list[str]:
    """JSON as PostgreSQL keeps it. A raw line break in it can only be space between tokens."""
    return [
        "null" if value is None else value.replace("\n", " ").replace("\r", " ") for value in values
    ]
