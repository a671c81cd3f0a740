"""A reader's query: from the query string, from a body, and back from where a run keeps it."""

from typing import Any

import orjson
import pytest
from hypothesis import given, strategies as st

from app.catalog.query import (
    MOST_VALUES,
    Query,
    decode_body,
    parse_body,
    parse_query,
    query_from_json,
)
from app.catalog.report import Parameter, Report
from app.catalog.terms import Filter, Order
from app.errors import InvalidArgument, Json

REPORT = Report(
    name="sales",
    title="Sales",
    sql="select $1, $2, $3",
    parameters=(
        Parameter(name="region", label="Region", default="north"),
        Parameter(name="since", label="Since", required=True),
        Parameter(name="until", label="Until"),
    ),
)
NONE_TAKEN = Report(name="plain", title="Plain", sql="select 1")
DEFAULTS = {"region": "north", "since": "2013", "until": None}


def query(*items: tuple[str, str]) -> Query:
    return parse_query(REPORT, [("since", "2013"), *items])


def body(content: dict[str, Any]) -> Query:
    content["arguments"] = {"since": "2013", **content.get("arguments", {})}
    return parse_body(REPORT, decode_body(orjson.dumps(content)))


def refusal(*items: tuple[str, str]) -> str:
    with pytest.raises(InvalidArgument) as caught:
        query(*items)
    return caught.value.detail


def test_defaults_are_filled_in() -> None:
    assert query() == Query(arguments=DEFAULTS)


def test_an_empty_argument_is_the_empty_text() -> None:
    assert query(("region", "")).arguments["region"] == ""


def test_every_key_of_a_query_string_is_read() -> None:
    asked = query(
        ("columns", 'a,"b,c"'),
        ("where", "a.eq.1"),
        ("where", "b.is.null"),
        ("order", "a.desc"),
        ("search", "50%"),
        ("limit", "9223372036854775807"),
        ("timezone", "Europe/Berlin"),
    )

    assert asked == Query(
        arguments=DEFAULTS,
        columns=("a", "b,c"),
        where=(Filter("a", "eq", ("1",)), Filter("b", "is", ("null",))),
        order=(Order("a", "desc"),),
        search="50%",
        limit=2**63 - 1,
        timezone="Europe/Berlin",
    )


def test_an_unknown_parameter_is_named_with_those_that_there_are() -> None:
    assert refusal(("regoin", "x")).startswith(
        "Unknown parameter 'regoin'; this report takes: region, since, until."
    )


def test_a_report_without_parameters_says_so() -> None:
    with pytest.raises(InvalidArgument, match="takes no parameters"):
        parse_query(NONE_TAKEN, [("a", "1")])


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(InvalidArgument, match="'since' is missing"):
        parse_query(REPORT, [])


@pytest.mark.parametrize("key", ["region", "columns", "order", "search", "limit", "timezone"])
def test_only_filters_can_be_repeated(key: str) -> None:
    assert "given twice" in refusal((key, "1"), (key, "1"))


@pytest.mark.parametrize("limit", ["", "0", "-1", "1.5", "1e3", "x", "9223372036854775808", "٣"])
def test_a_limit_is_a_whole_number_of_at_least_one(limit: str) -> None:
    assert "not a whole number" in refusal(("limit", limit))


def test_a_time_zone_in_another_case_is_suggested() -> None:
    assert refusal(("timezone", "europe/berlin")).endswith("did you mean Europe/Berlin?")


@pytest.mark.parametrize(
    "zone", ["", "Mars/Base", "UTC; drop table x", "../etc/passwd", "localtime"]
)
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    assert "There is no time zone" in refusal(("timezone", zone))


@pytest.mark.parametrize("key", ["region", "search", "where"])
def test_a_character_that_text_cannot_have_is_refused(key: str) -> None:
    assert "cannot have" in refusal((key, "a.eq.\0"))


@pytest.mark.parametrize(("key", "value"), [("columns", "a,a"), ("order", "a,b,a.desc")])
def test_a_column_stands_once(key: str, value: str) -> None:
    assert "'a' stands twice" in refusal((key, value))


def test_filters_have_a_bounded_number_of_values() -> None:
    values = ",".join("x" for _ in range(MOST_VALUES))

    assert "more than 1,000 values" in refusal(("where", f"a.in.({values})"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('"2014"', "2014"),
        ("9007199254740993", "9007199254740993"),
        ("1.10", "1.10"),
        ("1e400", "1e400"),
        ("true", "true"),
        ("false", "false"),
        ("null", None),
        (r'"\u00e9\n"', "é\n"),
    ],
)
def test_values_of_a_body_keep_what_was_written(value: str, text: str | None) -> None:
    asked = decode_body(b'{"arguments": {"since": %s }}' % value.encode())

    assert parse_body(REPORT, asked).arguments["since"] == text


def test_a_body_has_the_terms_of_a_query_string() -> None:
    from_body = body({"columns": ["a", "b,c"], "where": ["a.eq.1"], "order": ["a.desc", "b"]})

    assert from_body == query(("columns", 'a,"b,c"'), ("where", "a.eq.1"), ("order", "a.desc,b"))


def test_an_empty_body_asks_for_the_defaults() -> None:
    assert parse_body(NONE_TAKEN, decode_body(b"")) == Query()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b'{"argument": {}}', "unknown field `argument`"),
        (b'{"limit": "5"}', r"\$.limit"),
        (b'{"arguments": {"since": [1]}}', "list or object"),
        (b'{"arguments": {"since": {}}}', "list or object"),
        (b'{"arguments": {"since": "x"}, "columns": []}', "is empty"),
        (b'{"arguments": {"since": "x"}, "limit": 0}', "whole number"),
        (b'{"arguments": {"since": "\xff"}}', "'since' is not a JSON string"),
        (rb'{"arguments": {"since": "\ud800"}}', "is not the JSON"),
        (b'{"arguments": {"\xff": 1}}', "is not the JSON"),
        (b'{"arguments": {"since": ' + b"[" * 30_000, "is not the JSON"),
    ],
)
def test_a_body_that_is_none_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidArgument, match=reason):
        parse_body(REPORT, decode_body(content))


@given(st.lists(st.tuples(st.text(), st.text())))
def test_a_query_string_is_either_read_or_refused(items: list[tuple[str, str]]) -> None:
    problem: dict[str, Json] = {}
    try:
        parse_query(REPORT, [*items, ("since", "x")])
    except InvalidArgument as error:
        problem = error.problem()

    assert orjson.dumps(problem)


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(TEXTS, TEXTS, st.none() | TEXTS, st.none() | st.integers(1, 2**63 - 1))
def test_a_run_reads_its_query_as_it_was_kept(
    column: str, value: str, search: str | None, limit: int | None
) -> None:
    asked = Query(
        arguments=DEFAULTS,
        columns=(column,),
        where=(Filter(column, "in", (value, column)), Filter(column, "eq", (value,))),
        order=(Order(column, "desc", "last"),),
        search=search,
        limit=limit,
    )

    kept = orjson.loads(orjson.dumps(asked.to_json()))

    assert query_from_json(asked.arguments, kept) == asked
