"""Rows whose values need no quotes become CSV without being parsed; the others are left alone."""

from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given, strategies

from app.exports.formats import csv_lines
from app.exports.plain_csv import plain_csv

# What the replacing looks for, whole or in parts.
PIECES = ["a", "null", "[", "]", "],[", ",", ",,", "[null", " ", "é", '"', "\\", "\n"]
VALUES = strategies.none() | strategies.lists(strategies.sampled_from(PIECES), max_size=3).map(
    "".join
)
Row = Sequence[str | None]


def as_json(rows: Sequence[Row]) -> bytes:
    return orjson.dumps(rows)[1:-1]


@given(
    strategies.integers(1, 4).flatmap(
        lambda width: strategies.lists(strategies.tuples(*[VALUES] * width), min_size=1, max_size=4)
    )
)
def test_it_is_the_csv_of_the_rows_or_nothing(rows: list[Row]) -> None:
    text = plain_csv(as_json(rows))

    special = any(each in value for row in rows for value in row if value for each in ',"\\\n')
    assert text == (None if special else csv_lines(rows))


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([["a]", "[b"]], b"a],[b\n"),
        ([[None, "null"], [None, None]], b",null\n,\n"),
        ([[None], [""], ["a"]], b'\n""\na\n'),
        ([[",", ","]], None),
        ([["],["]], None),
    ],
)
def test_what_looks_like_json_in_a_value_is_none(rows: Sequence[Row], text: bytes | None) -> None:
    assert plain_csv(as_json(rows)) == text
