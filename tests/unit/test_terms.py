"""The query string's terms: what they mean, what is refused, and that they can be written back."""

import pytest
from hypothesis import given, strategies as st

from app.catalog.terms import (
    COMPARISONS,
    IS_VALUES,
    Filter,
    Order,
    parse_columns,
    parse_filter,
    parse_order,
)
from app.errors import InvalidArgument

NAMES = st.text(min_size=1)
FILTERS = st.one_of(
    st.builds(Filter, NAMES, st.sampled_from(COMPARISONS), st.tuples(st.text())),
    st.builds(Filter, NAMES, st.just("in"), st.lists(st.text()).map(tuple)),
    st.builds(Filter, NAMES, st.just("is"), st.sampled_from(IS_VALUES).map(lambda each: (each,))),
)
ORDERS = st.builds(
    Order, NAMES, st.sampled_from(["asc", "desc"]), st.sampled_from([None, "first", "last"])
)

PARSED = {
    "carrier.eq.UA": Filter("carrier", "eq", ("UA",)),
    "note.eq.a.b,c": Filter("note", "eq", ("a.b,c",)),
    "note.eq.": Filter("note", "eq", ("",)),
    "?column?.gt.1": Filter("?column?", "gt", ("1",)),
    '"a.b".lte.1': Filter("a.b", "lte", ("1",)),
    r'"a\"\\b".neq.1': Filter('a"\\b', "neq", ("1",)),
    'carrier.in.(UA,"A,B",")")': Filter("carrier", "in", ("UA", "A,B", ")")),
    "carrier.in.()": Filter("carrier", "in", ()),
    'carrier.in.("")': Filter("carrier", "in", ("",)),
    "carrier.in.(a,,b)": Filter("carrier", "in", ("a", "", "b")),
    "dep_time.is.not_null": Filter("dep_time", "is", ("not_null",)),
    "name.ilike.*air%": Filter("name", "ilike", ("*air%",)),
    r"name.like.a\\": Filter("name", "like", (r"a\\",)),
}
REFUSED = {
    "carrier": "not of the form",
    "carrier.eq": "not of the form",
    ".eq.1": "not of the form",
    '"a"x.eq.1': "not of the form",
    "carrier.equals.UA": "Unknown operator 'equals'",
    "carrier.EQ.UA": "Unknown operator",
    "carrier.in.UA": "in brackets",
    'carrier.in.("a"b)': "a comma belongs there",
    "carrier.is.nil": "is.null, is.not_null, is.true, is.false",
    "name.like.a\\": "ends with a backslash",
}


@pytest.mark.parametrize(("term", "parsed"), PARSED.items())
def test_a_filter_is_read(term: str, parsed: Filter) -> None:
    assert parse_filter(term) == parsed


@pytest.mark.parametrize(("term", "reason"), REFUSED.items())
def test_a_filter_that_is_none_is_refused_with_the_reason(term: str, reason: str) -> None:
    with pytest.raises(InvalidArgument, match=reason.replace(".", r"\.")):
        parse_filter(term)


def test_a_sort_has_a_direction_and_a_place_for_nulls() -> None:
    assert parse_order('dep_delay.desc.nullslast,"a,b",c.nullsfirst') == (
        Order("dep_delay", "desc", "last"),
        Order("a,b"),
        Order("c", "asc", "first"),
    )


@pytest.mark.parametrize("text", ["", "a,", "a.down", "a.nullslast.desc", "a.desc.desc", '"a"b'])
def test_a_sort_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="The sort"):
        parse_order(text)


def test_columns_are_names_between_commas() -> None:
    assert parse_columns('a,b.c,"d,e"') == ("a", "b.c", "d,e")


@pytest.mark.parametrize("text", ["", "a,,b", '"a"b', ","])
def test_columns_without_a_name_are_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="where a name belongs"):
        parse_columns(text)


@given(FILTERS)
def test_a_filter_is_read_as_it_was_written(each: Filter) -> None:
    assert parse_filter(each.term()) == each


@given(st.lists(ORDERS, min_size=1))
def test_a_sort_is_read_as_it_was_written(orders: list[Order]) -> None:
    assert parse_order(",".join(each.term() for each in orders)) == tuple(orders)
