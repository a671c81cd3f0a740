"""COPY's text made into JSON by replacing bytes is what orjson writes for the same rows."""

import orjson
from hypothesis import given, strategies as st

from app.runs.copytext import encode_lines, lines_within, value_bytes

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
    """The row as PostgreSQL's manual says that COPY prints it."""
    return "\t".join(r"\N" if value is None else value.translate(ESCAPES) for value in row).encode()


@given(ROWS)
def test_lines_become_what_orjson_writes(rows: list[Values]) -> None:
    assert encode_lines([copy_line(row) for row in rows]) == orjson.dumps(rows)


@given(TEXT)
def test_the_size_of_a_value_is_that_of_its_text(text: str | None) -> None:
    assert value_bytes(copy_line((text,))) == [len((text or "").encode())]


def test_the_text_of_a_null_is_not_null() -> None:
    rows = [(r"\N", None, r"\\N", '"\\N"')]

    assert orjson.loads(encode_lines([copy_line(row) for row in rows])) == [list(rows[0])]


def test_lines_end_before_the_first_whose_values_are_too_large() -> None:
    lines = [b"abc", rb"a\nb", b"abcd", b"a"]

    assert lines_within(lines, 3) == [b"abc", rb"a\nb"]
