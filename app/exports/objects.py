"""Rows as JSON objects: printed values by their column types in, text out. Pure.

Booleans, integers and finite floats and numerics are JSON values digit for digit, json and jsonb
are embedded as they are, all else is the printed string. A repeated column name gets `_2`, `_3`.
"""

import re
from collections.abc import Callable, Iterator, Sequence

import orjson

from app.exports.rowtext import Large, WideRow

NUMBERS = frozenset({"smallint", "integer", "bigint", "real", "double precision", "numeric"})
DOCUMENTS = frozenset({"json", "jsonb"})
JSON_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
NUMBER = re.compile(JSON_NUMBER)
NUMBER_LINES = re.compile(rf"(?:(?:{JSON_NUMBER}|null)\n)*+")
BOOLEANS = {"t": "true", "f": "false", None: "null"}

Row = Sequence[str | None]
Values = Sequence[str | None]
# A column's values as they stand in the file: whole columns are several times faster than values.
Encode = Callable[[Values], list[str]]


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


class Objects:
    """Rows as JSON objects with the columns given as (name, type)."""

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        names = distinct_names([name for name, _ in columns])
        self._keys = [orjson.dumps(name).decode() + ":" for name in names]
        self._members = ",".join(key.replace("%", "%%") + "%s" for key in self._keys)
        self._encodes = [encoding(kind) for _, kind in columns]

    def __call__(self, rows: Sequence[Row]) -> list[str]:
        """Each row's object."""
        values = list(zip(*rows, strict=True)) or [()] * len(self._encodes)
        encoded = [each(column) for each, column in zip(self._encodes, values, strict=True)]
        return [f"{{{self._members}}}" % row for row in zip(*encoded, strict=True)]

    def wide(self, row: WideRow) -> Iterator[bytes]:
        """A wide row's object, in pieces."""
        yield b"{"
        for number, value in enumerate(row.values):
            yield f"{',' if number else ''}{self._keys[number]}".encode()
            if isinstance(value, Large):
                yield from large_value(value, self._encodes[number])
            else:
                yield self._encodes[number]([value])[0].encode()
        yield b"}"


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


def large_value(value: Large, encode: Encode) -> Iterator[bytes]:
    """The value as it stands in the file, in pieces."""
    if encode is documents:
        for text in value.texts():
            yield documents([text])[0].encode()
    elif encode is strings:  # which is how it was written
        yield b'"'
        yield from value.pieces
        yield b'"'
    else:
        yield encode(["".join(value.texts())])[0].encode()
