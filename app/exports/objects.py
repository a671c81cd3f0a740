"""Rows as JSON objects: the JSON of rows and their columns' types in, bytes out. Pure.

Booleans, integers and finite floats and numerics are JSON values digit for digit, json and jsonb
are embedded as they are, all else is the printed string. A repeated column name gets `_2`, `_3`.

Rows are cut around their values, and joined with the keys between. Of a column either nothing is
looked at, since PostgreSQL prints it as JSON has it, or all values at once.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import orjson

from app.exports.marked import BACKSLASH, NULL, QUOTE, cut_around_values, meant
from app.exports.rowtext import Large, WideRow

WHOLE_NUMBERS = frozenset({"smallint", "integer", "bigint"})
NUMBERS = WHOLE_NUMBERS | {"real", "double precision", "numeric"}
DOCUMENTS = frozenset({"json", "jsonb"})
# All that PostgreSQL prints of a number and JSON has not.
NOT_FINITE = {each: b'"%b"' % each for each in (b"NaN", b"Infinity", b"-Infinity")}
BOOLEANS = {"t": b"true", "f": b"false"}
QUOTED_NULL = b'"%b"' % NULL
# No other control character is in JSON, and a raw line break can only be space between tokens.
BREAKS = ((rb"\n", b" "), (rb"\r", b" "), (rb"\t", b"\t"))
IN_DOCUMENTS = (*BREAKS, (QUOTE, b'"'), (BACKSLASH, b"\\"))

Form = Literal["whole", "number", "boolean", "document", "string"]
# A column's values, marked and without quotes, as they stand in the file.
Change = Callable[[list[bytes]], list[bytes]]


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
    """Rows as JSON objects with the columns given as (name, type), `between` two of them."""

    def __init__(self, columns: Sequence[tuple[str, str]], *, between: bytes) -> None:
        names = distinct_names([name for name, _ in columns])
        self._keys = [orjson.dumps(name) + b":" for name in names]
        self._forms: list[Form] = [form_of(kind) for _, kind in columns]
        self._between = between

    def __call__(self, rows: bytes) -> bytes:
        """The objects of `["a",null],["b","c"]`."""
        pieces = cut_around_values(rows)
        befores = self._befores(self._change(pieces, has_nulls=b"null" in rows))
        end, _, start = befores[0].partition(self._between)
        pieces[:-1:2] = befores * (len(pieces) // (2 * len(befores)))
        pieces[0], pieces[-1] = start, end
        return meant(b"".join(pieces))

    def wide(self, row: WideRow) -> Iterator[bytes]:
        """A wide row's object, in pieces."""
        yield b"{"
        for number, value in enumerate(row.values):
            yield (b"," if number else b"") + self._keys[number]
            if isinstance(value, Large):
                yield from large_value(value, self._forms[number])
            else:
                yield json_value(value, self._forms[number])
        yield b"}"

    def _change(self, pieces: list[bytes], *, has_nulls: bool) -> list[bool]:
        """Make values what they are in JSON; returns of each column whether they want quotes."""
        width = len(self._forms)
        quoted = [form == "string" for form in self._forms]
        for at, form in enumerate(self._forms):
            column = slice(2 * at + 1, None, 2 * width)
            if form in CHANGES:
                pieces[column] = CHANGES[form](pieces[column])
            elif quoted[at] and has_nulls and NULL in b"".join(pieces[column]):
                pieces[column] = strings(pieces[column])
                quoted[at] = False
        return quoted

    def _befores(self, quoted: Sequence[bool]) -> list[bytes]:
        """What stands before each value of a row; before the first, the end of another row."""
        quotes = [b'"' if each else b"" for each in quoted]
        commas = [b"}" + self._between + b"{", *[b","] * (len(quotes) - 1)]
        each = zip([quotes[-1], *quotes[:-1]], commas, self._keys, quotes, strict=True)
        return [b"".join(parts) for parts in each]


def form_of(column_type: str) -> Form:
    """How printed values of that type stand in JSON."""
    name = re.sub(r"\(.*\)$", "", column_type)
    if name in NUMBERS:
        return "whole" if name in WHOLE_NUMBERS else "number"
    if name in DOCUMENTS:
        return "document"
    return "boolean" if name == "boolean" else "string"


def strings(values: list[bytes]) -> list[bytes]:
    """In quotes, but for NULL."""
    return (b'"%b"' % b'"\n"'.join(values)).replace(QUOTED_NULL, NULL).split(b"\n")


def numbers(values: list[bytes]) -> list[bytes]:
    """The digits that were printed; NaN and the infinities are strings."""
    text = b"".join(values)
    if b"N" in text or b"I" in text:
        return [NOT_FINITE.get(value, value) for value in values]
    return values


def booleans(values: list[bytes]) -> list[bytes]:
    """`t` and `f` as true and false."""
    return b'"'.join(values).replace(b"t", b"true").replace(b"f", b"false").split(b'"')


def documents(values: list[bytes]) -> list[bytes]:
    """JSON as PostgreSQL keeps it."""
    text = b"\n".join(values)
    for escape, character in IN_DOCUMENTS:
        text = text.replace(escape, character)
    return text.split(b"\n")


CHANGES: dict[Form, Change] = {"number": numbers, "boolean": booleans, "document": documents}


def on_one_line(document: str) -> str:
    """Without raw line breaks."""
    return document.replace("\n", " ").replace("\r", " ")


def json_value(value: str | None, form: Form) -> bytes:
    """One value as it stands in the file."""
    if value is None:
        return b"null"
    match form:
        case "whole":
            return value.encode()
        case "number":
            return NOT_FINITE.get(value.encode(), value.encode())
        case "boolean":
            return BOOLEANS[value]
        case "document":
            return on_one_line(value).encode()
        case "string":
            return orjson.dumps(value)


def large_value(value: Large, form: Form) -> Iterator[bytes]:
    """The value as it stands in the file, in pieces."""
    if form == "document":
        for text in value.texts():
            yield on_one_line(text).encode()
    elif form == "string":  # which is how it was written
        yield b'"'
        yield from value.pieces
        yield b'"'
    else:
        yield json_value("".join(value.texts()), form)
