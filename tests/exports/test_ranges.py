"""Ranges and preconditions, by the letter of RFC 9110."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from app.exports.ranges import (
    GAP_BYTES,
    MOST_RANGES,
    Span,
    Unsatisfiable,
    Validators,
    asked_spans,
    spans,
    verdict,
)

SIZE = 10_000
CURRENT = Validators('"abc"', datetime(2026, 5, 4, 3, 2, 1, 999_999, tzinfo=UTC))
DATE = "Mon, 04 May 2026 03:02:01 GMT"
EARLIER, LATER = "Mon, 04 May 2026 03:02:00 GMT", "Mon, 04 May 2026 03:02:02 GMT"

POSITIONS = st.integers(0, 2 * SIZE)
ELEMENTS = st.one_of(
    st.tuples(POSITIONS, POSITIONS).map(lambda pair: f"{min(pair)}-{max(pair)}"),
    POSITIONS.map(lambda first: f"{first}-"),
    POSITIONS.map(lambda length: f"-{length}"),
)
SETS = st.lists(ELEMENTS, min_size=1, max_size=MOST_RANGES)


def positions(element: str, size: int) -> set[int]:
    """What an element names, by counting: the slow and plain way."""
    first, _, last = element.partition("-")
    if not first:
        return set(range(max(0, size - int(last)), size))
    return set(range(int(first), min(size, int(last) + 1 if last else size)))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=0-499", Span(0, 500)),
        ("bytes=9500-", Span(9500, SIZE)),
        ("bytes=-500", Span(9500, SIZE)),
        ("bytes=-20000", Span(0, SIZE)),
        ("bytes=500-20000", Span(500, SIZE)),
        ("bytes=0-", Span(0, SIZE)),
        ("BYTES=0-9", Span(0, 10)),
        ("bytes= 0-9 , ,", Span(0, 10)),
        ("bytes=0000000000000000000000000001-9", Span(1, 10)),
        (f"bytes=1-{'9' * 5000}", Span(1, SIZE)),
        (f"bytes=-{'9' * 5000}", Span(0, SIZE)),
    ],
)
def test_a_range_is_the_bytes_that_it_names(asked: str, expected: Span) -> None:
    assert spans(asked, SIZE) == [expected]


@pytest.mark.parametrize(
    "asked",
    [
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=-",
        "bytes=5-2",
        "bytes=0-1,5-2",
        "bytes=a-b",
        "bytes=0x1-9",
        "bytes=-5-9",
        "bytes=+1-9",
        "bytes=1 - 9",
        "bytes=٣-٩",
        "bytes=0-1;2-3",
        "rows=0-9",
        "bytes 0-9",
        "",
    ],
)
def test_what_is_no_set_of_byte_ranges_is_ignored(asked: str) -> None:
    assert not spans(asked, SIZE)


@pytest.mark.parametrize("asked", ["bytes=10000-", "bytes=20000-30000", "bytes=-0", "bytes=-0,-0"])
def test_a_set_without_a_byte_of_the_file_is_refused(asked: str) -> None:
    with pytest.raises(Unsatisfiable):
        spans(asked, SIZE)


def test_a_set_with_one_byte_of_the_file_is_served() -> None:
    assert spans("bytes=20000-,-0,9999-", SIZE) == [Span(9999, SIZE)]


def test_an_empty_file_has_no_first_byte_and_its_last_ones_are_all_of_it() -> None:
    with pytest.raises(Unsatisfiable):
        spans("bytes=0-", 0)

    assert not spans("bytes=-5", 0)


def test_too_many_ranges_are_refused() -> None:
    asked = ",".join(f"{start}-{start}" for start in range(MOST_RANGES + 1))

    with pytest.raises(Unsatisfiable):
        spans(f"bytes={asked}", SIZE)


def test_ranges_that_overlap_are_sent_once() -> None:
    assert spans(f"bytes={','.join(['0-'] * MOST_RANGES)}", SIZE) == [Span(0, SIZE)]


def test_ranges_stay_in_the_order_they_were_asked_for() -> None:
    assert spans("bytes=9000-9009,-1,0-9,9005-9020", SIZE) == [
        Span(9000, 9021),
        Span(9999, SIZE),
        Span(0, 10),
    ]


def test_a_gap_that_costs_less_than_a_part_is_sent() -> None:
    assert spans(f"bytes=0-9,{10 + GAP_BYTES}-999", SIZE) == [Span(0, 1000)]
    assert len(spans(f"bytes=0-9,{11 + GAP_BYTES}-999", SIZE)) == 2


@given(SETS, st.integers(1, SIZE))
def test_a_set_has_every_byte_it_names_once(elements: list[str], size: int) -> None:
    named = set[int]().union(*(positions(each, size) for each in elements))
    asked = f"bytes={','.join(elements)}"
    if not named:
        with pytest.raises(Unsatisfiable):
            spans(asked, size)
        return

    found = [byte for span in spans(asked, size) for byte in range(span.start, span.end)]

    assert named <= set(found)
    assert len(found) == len(set(found)) <= size
    assert len(found) <= len(named) + GAP_BYTES * len(elements)


@given(st.text() | st.text("bytes=-,0123456789 "))
def test_no_header_is_too_strange(asked: str) -> None:
    try:
        found = spans(asked, SIZE)
    except Unsatisfiable:
        return

    assert all(0 <= span.start < span.end <= SIZE for span in found)


def test_a_content_range_counts_its_last_byte() -> None:
    assert Span(0, 500).content_range(SIZE) == "bytes 0-499/10000"


def test_a_date_has_whole_seconds_of_gmt() -> None:
    assert CURRENT.date == DATE


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "go"),
        ({"if-none-match": '"abc"'}, "not_modified"),
        ({"if-none-match": 'W/"abc"'}, "not_modified"),
        ({"if-none-match": '"x, y" , W/"z","abc"'}, "not_modified"),
        ({"if-none-match": "*"}, "not_modified"),
        ({"if-none-match": '"abcd"'}, "go"),
        ({"if-none-match": "abc"}, "go"),
        ({"if-none-match": ""}, "go"),
        ({"if-none-match": '"x"', "if-modified-since": DATE}, "go"),
        ({"if-modified-since": DATE}, "not_modified"),
        ({"if-modified-since": EARLIER}, "go"),
        ({"if-modified-since": "yesterday"}, "go"),
        ({"if-match": '"abc"'}, "go"),
        ({"if-match": '"x", "abc"'}, "go"),
        ({"if-match": "*"}, "go"),
        ({"if-match": '"x"'}, "failed"),
        ({"if-match": 'W/"abc"'}, "failed"),
        ({"if-match": ""}, "failed"),
        ({"if-match": '"x"', "if-none-match": '"abc"'}, "failed"),
        ({"if-match": '"abc"', "if-none-match": '"abc"'}, "not_modified"),
        ({"if-match": '"abc"', "if-unmodified-since": EARLIER}, "go"),
        ({"if-unmodified-since": DATE}, "go"),
        ({"if-unmodified-since": LATER}, "go"),
        ({"if-unmodified-since": EARLIER}, "failed"),
        ({"if-unmodified-since": "Mon, 04 May 2026 03:02:00 -0000"}, "failed"),
        ({"if-unmodified-since": "yesterday"}, "go"),
        ({"if-unmodified-since": "Mon, 04 May 99999 03:02:00 GMT"}, "go"),
    ],
)
def test_preconditions_come_to(headers: dict[str, str], expected: str) -> None:
    assert verdict(headers, CURRENT) == expected


@pytest.mark.parametrize("condition", ['"abc"', DATE])
def test_a_range_of_this_very_file_is_served(condition: str) -> None:
    headers = {"range": "bytes=5-9", "if-range": condition}

    assert asked_spans(headers, CURRENT, SIZE) == [Span(5, 10)]


@pytest.mark.parametrize(
    "condition", ['W/"abc"', '"x"', '"abc", "x"', "*", "abc", EARLIER, LATER, "", "yesterday"]
)
def test_a_range_of_another_file_is_the_whole_of_this_one(condition: str) -> None:
    headers = {"range": "bytes=20000-", "if-range": condition}

    assert not asked_spans(headers, CURRENT, SIZE)


def test_a_condition_without_a_range_asks_for_the_whole() -> None:
    assert not asked_spans({"if-range": '"abc"'}, CURRENT, SIZE)


def test_a_second_later_is_another_date() -> None:
    later = Validators('"abc"', CURRENT.modified + timedelta(seconds=1))

    assert later.date == LATER
