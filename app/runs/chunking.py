"""Where a chunk ends: at 1,000 rows or 1 MiB of row text, or when its time is up. Pure.

Given the same rows, limits and no delay the chunks are the same whatever blocks the rows came in.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import orjson

Row = tuple[str | None, ...]
AnyRow = TypeVar("AnyRow")
Encode = Callable[[Sequence[AnyRow]], bytes]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Up to 1,000 consecutive rows; `rows` is their JSON: an array of arrays of printed values."""

    count: int
    rows: bytes


def encode_rows(rows: Sequence[Row]) -> bytes:
    """`[["a",null],["b","c"]]`: each row an array of printed values."""
    return orjson.dumps(rows)


def joined(arrays: Sequence[bytes]) -> bytes:
    """One JSON array of the members of these. A single one, which can be large, is not copied."""
    if len(arrays) == 1:
        return arrays[0]
    return b"[%b]" % b",".join(memoryview(array)[1:-1] for array in arrays)


class Chunker:
    """Cuts blocks of rows into chunks of at most `most_rows` rows and `most_bytes` of JSON.

    A single row larger than `most_bytes` is a chunk of its own.
    """

    def __init__(self, *, most_rows: int, most_bytes: int) -> None:
        self._most_rows = most_rows
        self._most_bytes = most_bytes
        self._parts: list[bytes] = []
        self._count = 0
        self._size = 0
        self._part_rows = most_rows

    @property
    def waiting(self) -> int:
        """Rows that are in no chunk yet."""
        return self._count

    def add(self, rows: Sequence[AnyRow], encode: Encode[AnyRow]) -> Iterator[Chunk]:
        """The chunks that these rows fill; what is left waits for more rows or for `flush`.

        `encode` makes the JSON of rows: an array of arrays.
        """
        start = 0
        while start < len(rows):
            # What does not fit is encoded again, row by row: so not much more than would fit.
            most = min(self._most_rows - self._count, self._part_rows)
            part = rows[start : start + most]
            start += len(part)
            yield from self._add_part(part, encode)

    def flush(self) -> Chunk | None:
        """The waiting rows as a chunk, or None when there are none."""
        if self._count == 0:
            return None
        chunk = Chunk(self._count, joined(self._parts))
        self._parts, self._count, self._size = [], 0, 0
        return chunk

    def _add_part(self, part: Sequence[AnyRow], encode: Encode[AnyRow]) -> Iterator[Chunk]:
        text = encode(part)
        if self._fits(text):
            yield from self._take(text, len(part))
        elif len(part) == 1:
            yield from self._flushed()
            yield from self._take(text, 1)
        else:
            del text  # large, and about to be made again
            for row in part:
                yield from self._add_part([row], encode)

    def _fits(self, text: bytes) -> bool:
        return self._size + _inside(text) + (self._count > 0) <= self._most_bytes

    def _take(self, text: bytes, count: int) -> Iterator[Chunk]:
        self._size += _inside(text) + (self._count > 0)
        self._count += count
        self._parts.append(text)
        if self._count == self._most_rows or self._size >= self._most_bytes:
            yield from self._flushed()

    def _flushed(self) -> Iterator[Chunk]:
        self._part_rows = max(1, self._count)
        if chunk := self.flush():
            yield chunk


def _inside(array: bytes) -> int:
    """The bytes of an array's members, without its brackets."""
    return len(array) - 2
