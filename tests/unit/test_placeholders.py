"""`$n` is what PostgreSQL's scanner says it is, and nothing else changes."""

import pytest
from hypothesis import given, strategies as st

from app.catalog.placeholders import placeholders, replace_placeholders

HIDDEN = {
    "a literal": "'$1'",
    "an escaped literal": r"E'\'$1'",
    "a doubled quote": "'it''s $1'",
    "a dollar quote": "$$ $1 $$",
    "a tagged dollar quote": "$tag$ $1 $$ $1 $tag$",
    "a quoted name": '"$1"',
    "a line comment": "1 -- $1\n",
    "a block comment": "1 /* $1 /* $1 */ $1 */",
    "a name with a dollar": "a$1",
    "a bit string": "B'1$1'",
}


def replaced(sql: str) -> str:
    return replace_placeholders(sql, lambda number: f"<{number}>")


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN.keys())
def test_a_dollar_and_a_digit_elsewhere_are_no_placeholder(hidden: str) -> None:
    assert replaced(f"select {hidden}, $1") == f"select {hidden}, <1>"


def test_placeholders_may_repeat_and_come_in_any_order() -> None:
    assert replaced("select $2+$1,$10||$2") == "select <2>+<1>,<10>||<2>"


def test_places_are_counted_in_characters_not_in_bytes() -> None:
    sql = "select 'é😀', /* ü */ $1"

    [found] = placeholders(sql)

    assert sql[found.start : found.end] == "$1"


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_no_literal_hides_or_makes_a_placeholder(text: str) -> None:
    literal = "'" + text.replace("'", "''") + "'"

    assert replaced(f"select {literal}, $1") == f"select {literal}, <1>"


@pytest.mark.parametrize("sql", ["", "select 1", "select 'never ended", 'select 1 as "ü'])
def test_a_text_without_a_dollar_is_left_to_postgresql_as_it_is(sql: str) -> None:
    assert replaced(sql) == sql
