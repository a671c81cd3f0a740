"""COPY's text made into JSON by replacing bytes is what orjson writes for the same rows."""

from collections.abc import Iterable
from itertools import chain, pairwise

import orjson
from hypothesis import given, strategies as st

from app.runs.chunking import Block, Chunker, Rows
from app.runs.copytext import Lines

Values = tuple[str | None, ...]

ESCAPES = str.maketrans(
    {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f", "\v": r"\v"}
)
HARD = st.sampled_from('\\"nvNtbfr\t\n\r\b\f\v\x01\x1f\x7f\u2028,[]{}')
ANY = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
TEXT = st.none() | st.text(HARD | ANY)
ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.tuples(*[TEXT] * width), min_size=1, max_size=5)
)


def copy_line(row: Values) -> bytes:
    """The row as PostgreSQL's manual says that COPY prints it, NULL as it is told to."""
    return "\t".join("\v" if value is None else value.translate(ESCAPES) for value in row).encode()


def text_of(rows: list[Values]) -> bytes:
    """The rows as COPY sends them."""
    return b"".join(copy_line(row) + b"\n" for row in rows)


def encoded(lines: Lines) -> bytes:
    return b"[%b]" % b"".join(lines.encoded())


def chunks_of(blocks: Iterable[Block], *, most_rows: int, most_bytes: int) -> list[bytes]:
    chunker = Chunker(most_rows=most_rows, most_bytes=most_bytes)
    cut = [chunk for block in blocks if chunker.gather(block) for chunk in chunker.chunks()]
    chunks = [*cut, *chunker.chunks(), *filter(None, [chunker.flush()])]
    return [b"".join(chunk.pieces) for chunk in chunks]


@given(ROWS)
def test_lines_become_what_orjson_writes(rows: list[Values]) -> None:
    assert encoded(Lines.of(text_of(rows))) == orjson.dumps(rows)


@given(ROWS, st.lists(st.integers(0, 5)))
def test_lines_in_parts_are_the_same_lines(rows: list[Values], cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    whole = Lines.of(b"")
    for start, stop in pairwise(edges):
        whole += Lines.of(text_of(rows[start:stop]))

    assert (len(whole), whole.size) == (len(rows), len(text_of(rows)))
    assert encoded(whole) == orjson.dumps(rows)


@given(ROWS, st.lists(st.integers(0, 5), max_size=4))
def test_divided_lines_are_those_rows(rows: list[Values], firsts: list[int]) -> None:
    lines = Lines.of(text_of(rows))
    for first in firsts:
        some, lines = lines.divided(first)
        expected, rows = rows[:first], rows[first:]

        assert (some.size, len(some)) == (len(text_of(expected)), len(expected))
        assert not expected or encoded(some) == orjson.dumps(expected)
        assert (lines.size, len(lines)) == (len(text_of(rows)), len(rows))
        assert not rows or encoded(lines) == orjson.dumps(rows)


@given(st.lists(st.integers(0, 300)), st.integers(0, 40))
def test_lines_however_unlike_are_divided_where_one_ends(sizes: list[int], first: int) -> None:
    texts = [b"x" * size + b"\n" for size in sizes]
    some, others = Lines.of(b"".join(texts)).divided(first)

    assert [each.size for each in some.singly()] == [len(text) for text in texts[:first]]
    assert [each.size for each in others.singly()] == [len(text) for text in texts[first:]]


@given(ROWS, st.integers(0, 5), st.integers(1, 4), st.integers(1, 200))
def test_chunks_of_lines_are_those_of_the_rows(
    rows: list[Values], cut: int, most_rows: int, most_bytes: int
) -> None:
    limits = {"most_rows": most_rows, "most_bytes": most_bytes}
    lines = [Lines.of(text_of(part)) for part in (rows[:cut], rows[cut:])]

    assert chunks_of(lines, **limits) == chunks_of([Rows(rows)], **limits)


@given(TEXT)
def test_the_size_of_a_value_is_that_of_its_text(text: str | None) -> None:
    lines = Lines.of(text_of([(text,), ("abc",)]))

    assert lines.value_bytes() == [len((text or "").encode())]


def test_the_text_of_a_null_is_not_null() -> None:
    rows: list[Values] = [(r"\N", None, r"\\N", '"\\N"')]

    assert orjson.loads(encoded(Lines.of(text_of(rows)))) == [list(rows[0])]


def test_lines_end_before_the_first_whose_values_are_too_large() -> None:
    lines = Lines.of(b"abc\n" + rb"a\nb" + b"\nabcd\na\n")
    fitting, others = lines.within(3)

    assert encoded(fitting) == rb'[["abc"],["a\nb"]]'
    assert encoded(others) == b'[["abcd"],["a"]]'
    assert [len(part) for part in lines.within(4)] == [4, 0]


@given(st.lists(st.integers(0, 300), min_size=1))
def test_nulls_are_found_however_close_they_lie(gaps: list[int]) -> None:
    row = tuple(chain.from_iterable((None, "x" * gap, "y") for gap in gaps))

    assert encoded(Lines.of(text_of([row]))) == orjson.dumps([row])
