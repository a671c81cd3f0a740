"""A printed value becomes the same value of its type in Parquet, or it is refused."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from app.exports.parquet_types import kind_of
from app.exports.typed import PgType

UNHURRIED = settings(deadline=None)  # the first use of a kernel loads it
NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,60})(\.[0-9]{1,60})?", fullmatch=True)
SCALES = st.integers(1, 38).flatmap(
    lambda digits: st.tuples(st.just(digits), st.integers(0, digits))
)
TEXTS = st.lists(
    st.none()
    | st.text(
        st.sampled_from('a ,"\\{}éNULnul')
        | st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    )
)
OFFSETS = st.integers(-16 * 3600, 16 * 3600) | st.sampled_from([0, 3600, 19_800])


def converted(type_: PgType, values: Sequence[str | None]) -> list[object]:
    texts = pa.array(values, pa.string())
    kind = kind_of(type_, texts)
    assert kind is not None
    return kind.convert(texts).to_pylist()


@UNHURRIED
@given(NUMBERS, SCALES)
def test_a_decimal_is_the_number_that_was_printed(text: str, modifiers: tuple[int, int]) -> None:
    digits, scale = modifiers
    whole, _, behind = text.lstrip("-").partition(".")
    fits = len(whole.lstrip("0")) <= digits - scale and len(behind) <= scale

    try:
        assert converted(PgType("numeric", modifiers), [text]) == [Decimal(text)]
    except pa.ArrowInvalid:
        assert not fits


@UNHURRIED
@given(st.lists(NUMBERS, min_size=1, max_size=3))
def test_a_numeric_without_precision_is_the_number_or_text(texts: list[str]) -> None:
    try:
        found = converted(PgType("numeric"), texts)
    except (pa.ArrowInvalid, AssertionError):
        most = max(len(text.partition(".")[2]) for text in texts)
        assert most + max(len(text.partition(".")[0].lstrip("-")) for text in texts) > 38
    else:
        assert found == [Decimal(text) for text in texts]


@UNHURRIED
@given(
    st.integers(-(2**70), 2**70),
    st.sampled_from([("smallint", 15), ("integer", 31), ("bigint", 63)]),
)
def test_an_integer_is_itself_or_refused(number: int, type_: tuple[str, int]) -> None:
    name, bits = type_

    if -(2**bits) <= number < 2**bits:
        assert converted(PgType(name), [str(number)]) == [number]
    else:
        with pytest.raises(pa.ArrowInvalid):
            converted(PgType(name), [str(number)])


@UNHURRIED
@given(st.lists(st.floats()))
def test_a_double_is_the_same_double(numbers: list[float]) -> None:
    texts = [repr(number).replace("inf", "Infinity").replace("nan", "NaN") for number in numbers]

    assert list(map(repr, converted(PgType("double precision"), texts))) == list(map(repr, numbers))


@UNHURRIED
@given(st.lists(st.tuples(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)), OFFSETS)))  # noqa: DTZ001
def test_an_instant_is_the_same_whatever_its_offset(moments: list[tuple[datetime, int]]) -> None:
    aware = [
        moment.replace(tzinfo=timezone(timedelta(seconds=offset))) for moment, offset in moments
    ]
    texts = [shortened(moment.isoformat(" ")) for moment in aware]

    assert converted(PgType("timestamp with time zone"), texts) == [
        moment.astimezone(UTC) for moment in aware
    ]


def shortened(text: str) -> str:
    """An offset of whole hours as PostgreSQL prints it."""
    return text.removesuffix(":00")


@UNHURRIED
@given(st.lists(st.none() | st.binary()))
def test_bytes_are_the_same_bytes(values: list[bytes | None]) -> None:
    texts = [None if value is None else "\\x" + value.hex() for value in values]

    assert converted(PgType("bytea"), texts) == values


@UNHURRIED
@given(st.lists(st.none() | TEXTS))
def test_an_array_is_a_list_of_its_texts(arrays: list[list[str | None] | None]) -> None:
    texts = [None if array is None else printed(array) for array in arrays]

    assert converted(PgType("text", is_array=True), texts) == arrays


def printed(array: list[str | None]) -> str:
    """As PostgreSQL prints it (8.15.6): quoted where it has to be."""
    return "{" + ",".join("NULL" if each is None else element(each) for each in array) + "}"


def element(text: str) -> str:
    plain = (
        text and text.upper() != "NULL" and not any(each in '{},"\\ \t\n\r\v\f' for each in text)
    )
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
