"""Chunks end where their limits say, whatever blocks the rows came in."""

from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Self

import orjson
import pytest
from hypothesis import given, strategies as st

from app.runs.chunking import Block, Chunk, Chunker, Pieces, Row, Rows

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
ROWS = st.lists(st.tuples(st.none() | TEXT, TEXT), max_size=60)


@dataclass(frozen=True, slots=True)
class Counted:
    """A block that writes down how many rows were encoded at a time."""

    block: Rows
    encodings: list[int]

    @property
    def size(self) -> None:
        return self.block.size

    def __len__(self) -> int:
        return len(self.block)

    def __add__(self, other: Self) -> Self:
        return replace(self, block=self.block + other.block)

    def divided(self, first: int) -> tuple[Self, Self]:
        some, others = self.block.divided(first)
        return replace(self, block=some), replace(self, block=others)

    def encoded(self) -> Pieces:
        self.encodings.append(len(self))
        return self.block.encoded()


def chunks_of(
    blocks: list[list[Row]], *, most_rows: int = 1000, most_bytes: int = 10**6
) -> list[Chunk]:
    chunker = Chunker(most_rows=most_rows, most_bytes=most_bytes)
    return [*chain.from_iterable(cut(chunker, Rows(block)) for block in blocks), *last(chunker)]


def cut(chunker: Chunker, block: Block) -> list[Chunk]:
    return list(chunker.chunks()) if chunker.gather(block) else []


def last(chunker: Chunker) -> list[Chunk]:
    return [*chunker.chunks(), *filter(None, [chunker.flush()])]


def rows_in(chunk: Chunk) -> list[Row]:
    return [tuple(row) for row in orjson.loads(text_of(chunk))]


def text_of(chunk: Chunk) -> bytes:
    return b"".join(chunk.pieces)


@pytest.mark.parametrize(
    ("count", "counts"),
    [
        (0, []),
        (1, [1]),
        (999, [999]),
        (1000, [1000]),
        (1001, [1000, 1]),
        (2000, [1000, 1000]),
        (3001, [1000, 1000, 1000, 1]),
    ],
)
def test_a_chunk_has_1000_rows_and_the_last_one_the_rest(count: int, counts: list[int]) -> None:
    rows: list[Row] = [(str(number),) for number in range(count)]

    assert [chunk.count for chunk in chunks_of([rows])] == counts


def test_a_full_chunk_does_not_wait_for_the_next_row() -> None:
    chunker = Chunker(most_rows=2, most_bytes=100)

    assert [chunk.count for chunk in cut(chunker, Rows([("a",), ("b",)]))] == [2]
    assert chunker.waiting == 0


def test_what_fills_no_chunk_waits() -> None:
    chunker = Chunker(most_rows=3, most_bytes=100)

    assert cut(chunker, Rows([("a",), ("b",)])) == []
    assert chunker.waiting == 2
    rest = chunker.flush()
    assert rest is not None
    assert (rest.count, text_of(rest)) == (2, b'[["a"],["b"]]')
    assert (chunker.waiting, chunker.flush()) == (0, None)


@pytest.mark.parametrize(
    ("most_bytes", "counts"), [(11, [2, 1]), (10, [1, 1, 1]), (17, [3]), (16, [2, 1])]
)
def test_a_chunk_ends_before_it_has_too_many_bytes(most_bytes: int, counts: list[int]) -> None:
    rows: list[Row] = [("a",), ("b",), ("c",)]

    assert [chunk.count for chunk in chunks_of([rows], most_bytes=most_bytes)] == counts


def test_a_row_that_is_larger_than_a_chunk_is_one_alone() -> None:
    rows: list[Row] = [("a",), ("b" * 50,), ("c",)]

    assert [chunk.count for chunk in chunks_of([rows], most_bytes=20)] == [1, 1, 1]


def test_rows_of_which_fewer_fit_than_1000_are_hardly_encoded_twice() -> None:
    encodings: list[int] = []
    rows: list[Row] = [("x" * (1000 + number % 7),) for number in range(10_000)]
    chunker = Chunker(most_rows=1000, most_bytes=500_000)
    block = Counted(Rows(rows), encodings)

    chunks = [*cut(chunker, block), *last(chunker)]

    assert len(chunks) == 21
    assert sum(encodings) < 1.4 * len(rows)
    assert len(encodings) < 10 * len(chunks)


@given(ROWS, st.lists(st.integers(0, 60)), st.integers(1, 9), st.integers(1, 200))
def test_any_split_of_the_rows_gives_the_same_chunks(
    rows: list[Row], cuts: list[int], most_rows: int, most_bytes: int
) -> None:
    edges = [0, *sorted(cuts), len(rows)]
    blocks = [rows[a:b] for a, b in pairwise(edges)]
    limits = {"most_rows": most_rows, "most_bytes": most_bytes}

    cut, whole = chunks_of(blocks, **limits), chunks_of([rows], **limits)
    assert list(map(text_of, cut)) == list(map(text_of, whole))


@given(ROWS, st.integers(1, 9), st.integers(1, 200))
def test_chunks_keep_their_limits_and_every_row_in_order(
    rows: list[Row], most_rows: int, most_bytes: int
) -> None:
    chunks = chunks_of([rows], most_rows=most_rows, most_bytes=most_bytes)

    assert [row for chunk in chunks for row in rows_in(chunk)] == rows
    assert all(chunk.count == len(rows_in(chunk)) <= most_rows for chunk in chunks)
    assert all(
        len(text_of(chunk)) - len(b"[]") <= most_bytes for chunk in chunks if chunk.count > 1
    )
