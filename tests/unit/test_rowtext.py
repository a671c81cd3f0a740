"""Rows that come out of a chunk's event in parts: nothing is lost, doubled or cut wrongly."""

from collections.abc import Iterator, Sequence

import orjson
import pytest
from hypothesis import given, strategies

from app.exports.formats import FORMATS, Format, is_special, row_format
from app.exports.rowtext import Large, Rows, RowText, WideRow, event_data_pieces, whole_characters
from app.runs.events import event_bytes
from app.runs.frames import Damaged
from app.runs.run import RunId

HEAD = b'{"chunk":1,"rows":'
RUN = RunId("0b9e5c0e-6c5b-4d6e-8a0b-0123456789ab")
PART_BYTES = 128  # more than the head of an event

# What the cutting looks for, and what stands for several bytes or in an escape.
PIECES = ['"', "\\", "]", "[", ",", "n", "\n", "\r", "\x01", "é", "€", "😀", "u", "null", "],["]
VALUES = strategies.none() | strategies.lists(strategies.sampled_from(PIECES), max_size=200).map(
    "".join
)
ROWS = strategies.lists(strategies.tuples(VALUES, VALUES), min_size=1, max_size=6)


def event(rows: Sequence[Sequence[str | None]], size: int) -> Iterator[bytes]:
    """A chunk's event in pieces of some size."""
    text = event_bytes(RUN, 1, "chunk", HEAD, orjson.dumps(rows), b"}")
    return (text[start : start + size] for start in range(0, len(text), size))


def row_text(rows: Sequence[Sequence[str | None]], size: int = 50) -> RowText:
    return RowText(event(rows, size), part_bytes=PART_BYTES)


def whole(value: str | Large | None) -> str | None:
    return "".join(value.texts()) if isinstance(value, Large) else value


@given(ROWS, strategies.integers(1, 300))
def test_the_rows_in_parts_are_the_rows(rows: list[tuple[str | None, ...]], size: int) -> None:
    found: list[tuple[str | None, ...]] = []
    for part in row_text(rows, size).parts():
        wide = isinstance(part, WideRow)
        found += [tuple(map(whole, part.values))] if wide else list(map(tuple, part.values()))

    assert found == rows


def test_short_rows_come_as_many_as_a_part_has() -> None:
    parts = row_text([["1"]] * 100).parts()
    counts = [len(part.values()) for part in parts if isinstance(part, Rows)]

    assert sum(counts) == 100
    assert 1 < len(counts) < 20


def test_a_value_larger_than_a_part_comes_in_pieces_no_larger_than_one() -> None:
    row = next(row_text([["x" * 10_000]]).parts())
    assert isinstance(row, WideRow)
    sizes = [
        len(piece) for value in row.values if isinstance(value, Large) for piece in value.pieces
    ]

    assert sum(sizes) == 10_000
    assert max(sizes) < 2 * PART_BYTES


def test_a_large_value_that_nobody_takes_is_passed_over() -> None:
    parts = row_text([["x" * 1000, "after"], ["next", None]]).parts()
    row = next(parts)
    assert isinstance(row, WideRow)

    assert [each for each in row.values if not isinstance(each, Large)] == ["after"]
    assert list(parts) == [Rows(b'["next",null]')]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        (rb"abc", 3),
        (rb"ab\n", 4),
        (rb"ab" b"\\", 2),
        (rb"ab\\", 4),
        (rb"ab\\" b"\\", 4),
        (rb"ab\u", 2),
        (rb"ab\u00e", 2),
        (rb"ab\u00e9", 8),
        (rb"ab\\u00e", 8),
        ("é".encode(), 2),
        ("é".encode()[:1], 0),
        ("a€".encode()[:3], 1),
        ("a😀".encode()[:4], 1),
        ("a😀".encode(), 5),
    ],
)
def test_a_piece_ends_where_a_character_does(text: bytes, length: int) -> None:
    assert whole_characters(text) == length


def test_a_value_that_does_not_end_is_damage() -> None:
    text = RowText(iter([b'"rows":[["' + b"x" * 300]), part_bytes=PART_BYTES)
    row = next(text.parts())
    assert isinstance(row, WideRow)
    value = next(row.values)
    assert isinstance(value, Large)

    with pytest.raises(Damaged):
        list(value.pieces)


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_the_json_of_an_event_in_pieces_is_its_data(size: int) -> None:
    pieces = list(event_data_pieces(event([["a"]], 1000 if size > 2 else size + 80)))

    assert b"".join(pieces) == HEAD + b'[["a"]]}'


KINDS = strategies.sampled_from(["text", "jsonb", "date"])


@pytest.mark.parametrize("name", FORMATS)
@given(rows=ROWS, kinds=strategies.tuples(KINDS, KINDS))
def test_a_file_is_the_same_in_whatever_parts_its_rows_come(
    name: Format, rows: list[tuple[str | None, ...]], kinds: tuple[str, str]
) -> None:
    form = row_format(name, [("a", kinds[0]), ("b", kinds[1])])
    special = iter([is_special(value) for value in large_values(rows)])
    pieces: list[bytes] = []
    for part in row_text(rows).parts():
        if isinstance(part, WideRow):
            pieces += form.wide_row(part, first=not pieces, special=special)
        else:
            pieces.append(form.text(part, first=not pieces))

    assert b"".join(pieces) == form.rows(rows, first=True)


def large_values(rows: Sequence[Sequence[str | None]]) -> Iterator[Large]:
    for part in row_text(rows).parts():
        if isinstance(part, WideRow):
            yield from (value for value in part.values if isinstance(value, Large))


def test_a_number_of_many_digits_is_still_a_number() -> None:
    row = next(row_text([["1" * 1000]]).parts())
    assert isinstance(row, WideRow)
    form = row_format("ndjson", [("n", "numeric")])

    line = b"".join(form.wide_row(row, first=True, special=iter([])))

    assert line == b'{"n":' + b"1" * 1000 + b"}\n"
