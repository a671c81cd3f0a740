"""Rows as printed texts, and digests of them: what makes two contestants' rows the same."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import orjson

from loadtests.following import WrongRows, decoder
from loadtests.peers.rows import comparable

Row = list[str | None]
View = Callable[[Row], Row]
FINAL = (b"completed", b"cancelled", b"failed")


@dataclass(frozen=True, slots=True)
class Digest:
    """How many rows there are and what they hold, in their order."""

    rows: int
    sha256: str


def exact(row: Row) -> Row:
    """Every value as it is printed."""
    return row


def without_nulls(row: Row) -> Row:
    """An empty text and a null are the same, and instants lose their zone: as peers print them."""
    return [comparable(text) or None for text in row]


def digest(rows: Iterable[Row]) -> Digest:
    """The digest of all these rows."""
    count, content = 0, hashlib.sha256()
    for row in rows:
        content.update(orjson.dumps(row))
        count += 1
    return Digest(count, content.hexdigest())


def followed_rows(pieces: Iterable[bytes], encoding: str) -> Iterator[Row]:
    """The rows of an event stream that ends as completed, with as many as its end tells."""
    count, end = 0, {"status": "nothing"}
    for kind, data in _events(pieces, encoding):
        if kind == b"chunk":
            rows = orjson.loads(data)["rows"]
            count += len(rows)
            yield from rows
        elif kind in FINAL:
            end = orjson.loads(data)
    if end != end | {"status": "completed", "rows": count}:
        raise WrongRows(f"{count:,} rows came, and the end was {end}.")


def _events(pieces: Iterable[bytes], encoding: str) -> Iterator[tuple[bytes, bytes]]:
    """Types and data; the stream has one line of data each, and `\n` alone ends its lines.

    The load test reads streams as the specification says; forty megabytes take that too long.
    """
    decode, begun = decoder(encoding), b""
    for piece in pieces:
        *whole, begun = (begun + decode(piece)).split(b"\n\n")
        for event in whole:
            fields = dict(line.split(b": ", 1) for line in event.split(b"\n"))
            yield fields.get(b"event", b""), fields.get(b"data", b"")
