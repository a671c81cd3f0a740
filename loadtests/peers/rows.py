"""What the peers send, read as rows of printed texts, so that they can be held against psql's.

What differs only in how it is printed is made the same: instants lose their zone, which is UTC
everywhere ("2013-01-01T10:00:00.000Z", "2013-01-01 10:00:00+00"), numbers of JSON a ".0", booleans
are "t" and "f". CSV does not tell an empty text from a null: both are None. Datasette's `rowid` is
left out. Not comparable: a `date` and fractions of a millisecond from Node, arrays and JSON.
"""

import codecs
import csv
import json
import re
from collections.abc import Iterable, Iterator

from loadtests.peers.contestants import Form
from tests.sse_client import Event, EventReader

Row = list[str | None]

INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?(?:Z|\+00(?::00)?)?", re.ASCII)
INSTANT_LENGTH = len("2013-01-01 10:00:00")
LONGEST_VALUE = 2**30
csv.field_size_limit(LONGEST_VALUE)


class Truncated(Exception):
    """The body ended before its rows did."""


def rows_of(form: Form, pieces: Iterable[bytes]) -> Iterator[Row]:
    """The rows of a body, whose pieces may end anywhere."""
    return _sse_rows(pieces) if form == "sse" else _csv_rows(pieces)


def comparable(value: str | None) -> str | None:
    """A printed value as `rows_of` gives it; for rows that come some other way."""
    if value and len(value) >= INSTANT_LENGTH and value[4] == "-":
        found = INSTANT.fullmatch(value)
        if found:
            day, time, fraction = found.groups("")
            return f"{day} {time}{fraction.rstrip('0').removesuffix('.')}"
    return value


def _sse_rows(pieces: Iterable[bytes]) -> Iterator[Row]:
    for event in _events(pieces):
        for row in json.loads(event.data, parse_float=_number, parse_int=str):
            yield [_printed(value) for value in row.values()]


def _events(pieces: Iterable[bytes]) -> Iterator[Event]:
    """The events with rows; what comes after them says that they were all."""
    reader = EventReader()
    for piece in pieces:
        for event in reader.feed(piece):
            if event.type == "end":
                return
            yield event
    raise Truncated("The stream ended without saying so.")


def _number(text: str) -> str:
    return text.removesuffix(".0")


def _printed(value: object) -> str | None:
    if isinstance(value, bool):
        return "t" if value else "f"
    return comparable(None if value is None else str(value))


def _csv_rows(pieces: Iterable[bytes]) -> Iterator[Row]:
    rows = csv.reader(_lines(pieces), strict=True)
    header = next(rows)
    first = 1 if header[:1] == ["rowid"] else 0
    for row in rows:
        yield [comparable(value or None) for value in row[first:]]


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """The lines with their ends, as `csv` wants them."""
    decoder, rest = codecs.getincrementaldecoder("utf-8")(), ""
    for piece in pieces:
        *lines, rest = (rest + decoder.decode(piece)).split("\n")
        yield from (f"{line}\n" for line in lines)
    if rest or decoder.getstate()[0]:
        yield rest + decoder.decode(b"", final=True)
