"""One SELECT that only reads, and where its sort can be left out of a count."""

import pytest

from app.catalog.report_sql import NotOneSelectError, one_select, without_order

SELECTS = [
    "select 1",
    "values (1), (2)",
    "table flights",
    "with a as (select 1) select * from a",
    "select 1 union all select 2 order by 1",
    "select ';' -- ;",
]
REFUSED = {
    "": "one statement; this text has none",
    "-- nothing": "has none",
    "select 1; select 2": "has 2",
    "select 1) as r(c1); drop table x; select (1": "syntax error",
    "select 'open": "unterminated",
    "select 1 /* open": "unterminated",
    "insert into x values (1)": "this is not",
    "explain select 1": "this is not",
    "copy x to '/tmp/x'": "this is not",
    "commit": "this is not",
    "with gone as (delete from x returning *) select * from gone": "part that writes",
    "with w as (insert into x values (1) returning *) select * from w": "part that writes",
    "select * into y from x": "would make a table",
    "select * from x for update": "would lock rows",
    "select * from (select * from x for share) as y": "would lock rows",
}


@pytest.mark.parametrize("text", SELECTS)
def test_a_select_is_taken_as_it_is(text: str) -> None:
    assert one_select(text) == text


@pytest.mark.parametrize("end", [";", " ;\n", ";;", "; -- done", ";/* done */ ; "])
def test_what_ends_the_statement_is_left_out(end: str) -> None:
    assert one_select("select ';'" + end) == "select ';'"


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_what_is_not_one_select_is_refused(text: str, reason: str) -> None:
    with pytest.raises(NotOneSelectError, match=reason):
        one_select(text)


def test_a_mistake_is_placed() -> None:
    with pytest.raises(NotOneSelectError) as caught:
        one_select("select 'é'\nfrom a b c")

    assert caught.value.position == len("select 'é'\nfrom a b ")


def test_an_expression_may_be_deep() -> None:
    text = "select " + "+".join("1" for _ in range(3000))

    assert one_select(text) == text


@pytest.mark.parametrize(
    "sort", ["order by a", "ORDER /* by */ BY a desc nulls last, 2 -- the end", "order by t.a asc"]
)
def test_a_plain_sort_is_left_out(sort: str) -> None:
    sql = "select row_number() over (order by b), array_agg(c order by d) from t"

    assert without_order(f"{sql}\n{sort}") == sql


@pytest.mark.parametrize(
    "sql",
    [
        "select a from t",
        "select a from (select a from t order by a) as s",
        "select a from t order by a limit 5",
        "select a from t order by a offset 5",
        "select distinct on (a) a, b from t order by a, b",
        "select a from t order by generate_series(1, 3)",
        "select a from t order by a <-> $1",
        "select a from t order by a, $1",
    ],
)
def test_a_sort_that_may_decide_something_stays(sql: str) -> None:
    assert without_order(sql) == sql
