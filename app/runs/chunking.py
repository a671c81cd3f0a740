"""Where a chunk ends: at 1,000 rows or 1 MiB of row text, or when its time is up. Pure.

Given the same rows, limits and no delay the chunks are the same whatever blocks the rows came in,
and whichever reader brought them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import orjson

Row = tuple[str | None, ...]
Piece = bytes | memoryview
Pieces = tuple[Piece, ...]

FILLED = 0.95  # of the room, by a guess: where rows are about alike the guess then fits


class Block(Protocol):
    """Consecutive rows as a reader brings them. Empty ones are false."""

    @property
    def size(self) -> int | None:
        """Bytes that its JSON has at least; None where only encoding tells."""
        ...

    def __len__(self) -> int:
        """How many rows."""
        ...

    def divided(self, first: int, /) -> tuple[Self, Self]:
        """So many rows, or all, and the others."""
        ...

    def __add__(self, other: Self, /) -> Self:
        """These rows and then those."""
        ...

    def encoded(self) -> Pieces:
        """`["a",null],["b","c"]`, in pieces: each row an array of printed values."""
        ...


@dataclass(frozen=True, slots=True)
class Rows:
    """A block of rows as tuples."""

    rows: Sequence[Row]

    @property
    def size(self) -> None:
        """Not known."""
        return

    def __len__(self) -> int:
        """How many rows."""
        return len(self.rows)

    def divided(self, first: int) -> "tuple[Rows, Rows]":
        """So many rows, or all, and the others."""
        return Rows(self.rows[:first]), Rows(self.rows[first:])

    def __add__(self, other: "Rows") -> "Rows":
        """These rows and then those."""
        return Rows((*self.rows, *other.rows))

    def encoded(self) -> Pieces:
        """Their JSON, without the brackets of the array that they are in."""
        return (memoryview(orjson.dumps(self.rows))[1:-1],)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Up to 1,000 consecutive rows; the pieces together are their JSON: an array of arrays."""

    count: int
    pieces: Pieces


class Chunker:
    """Cuts blocks of rows into chunks of at most `most_rows` rows and `most_bytes` of JSON.

    A single row larger than `most_bytes` is a chunk of its own.
    """

    def __init__(self, *, most_rows: int, most_bytes: int) -> None:
        self._most_rows = most_rows
        self._most_bytes = most_bytes
        self._gathered: Block | None = None
        self._pieces: list[Piece] = []
        self._count = 0
        self._size = 0
        self._row_bytes = 0.0

    @property
    def gathered(self) -> int:
        """Rows that nobody has made chunks of yet."""
        return 0 if self._gathered is None else len(self._gathered)

    @property
    def waiting(self) -> int:
        """Rows that are in no chunk yet."""
        return self.gathered + self._count

    def gather(self, block: Block) -> bool:
        """Take rows; whether there are enough for `chunks` now. Small blocks are encoded as one."""
        self._gathered = block if self._gathered is None else self._gathered + block
        full = self.waiting >= self._most_rows
        return full or self._gathered.size is None or self._gathered.size >= self._most_bytes

    def chunks(self) -> Iterator[Chunk]:
        """The chunks that the rows gathered so far fill, each made when it is asked for.

        What is left waits for more rows or for `flush`.
        """
        block, self._gathered = self._gathered, None
        return self._cut(block) if block else iter(())

    def flush(self) -> Chunk | None:
        """The rest as a chunk, when `chunks` has given all of its own; None when there is none."""
        if self._count == 0:
            return None
        chunk = Chunk(self._count, (b"[", *self._pieces, b"]"))
        self._pieces, self._count, self._size = [], 0, 0
        return chunk

    def _cut(self, block: Block) -> Iterator[Chunk]:
        self._row_bytes = self._row_bytes or (block.size or 0) / len(block)
        while block:
            part, block = block.divided(self._part_rows())
            yield from self._add_part(part)

    def _part_rows(self) -> int:
        """Rows that are likely to fit, by those before: what does not is encoded once more."""
        room = self._most_bytes - self._size
        likely = FILLED * room / self._row_bytes if self._row_bytes else self._most_rows
        return max(1, min(self._most_rows - self._count, int(likely)))

    def _add_part(self, part: Block) -> Iterator[Chunk]:
        pieces = part.encoded()
        self._row_bytes = _bytes(pieces) / len(part)
        if self._fits(pieces):
            yield from self._take(pieces, len(part))
        elif len(part) == 1:
            yield from self._flushed()
            yield from self._take(pieces, 1)
        else:
            del pieces  # large, and about to be made again
            for half in part.divided(len(part) // 2):
                yield from self._add_part(half)

    def _fits(self, pieces: Pieces) -> bool:
        return self._size + _bytes(pieces) + (self._count > 0) <= self._most_bytes

    def _take(self, pieces: Pieces, count: int) -> Iterator[Chunk]:
        if self._count:
            pieces = (b",", *pieces)
        self._size += _bytes(pieces)
        self._count += count
        self._pieces += pieces
        if self._count == self._most_rows or self._size >= self._most_bytes:
            yield from self._flushed()

    def _flushed(self) -> Iterator[Chunk]:
        if chunk := self.flush():
            yield chunk


def _bytes(pieces: Pieces) -> int:
    return sum(map(len, pieces))
