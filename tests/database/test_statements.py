"""Composed statements give the right rows in every form, whatever the arguments are."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import asyncpg
import pytest

from app.catalog.describing import describe_report
from app.catalog.query import Query, parse_query
from app.catalog.report import Parameter, Report
from app.catalog.report_sql import one_select
from app.catalog.statement import Composition, compose
from app.database.session import Session, reading_transaction
from app.errors import InvalidArgument

Row = list[str | None]
Rows = Callable[..., Coroutine[Any, Any, list[Row]]]

TABLE = """
create type mood as enum ('sad', 'ok');
create table people (
    id integer, name text, code char(3), good boolean, doc json, mood mood,
    "odd.""name" numeric, "select" text
);
insert into people values
    (1, '50%', 'ua', true, '{}', 'sad', 1.10, 'a'),
    (2, '5_0', 'ub', false, null, 'ok', 'NaN', 'b'),
    (3, 'Ünal \\', null, null, '[]', null, null, null);
"""
PEOPLE = Report(
    name="people", title="People", sql="select * from people where id > 0 order by id -- end"
)
HOSTILE = [
    "'; drop table people; --",
    "$1",
    "$2::int",
    "\\'; select 1",
    "/* */ -- \n",
    "') or true --",
    'a" b',
    "$$ $1 $$",
    "\x01\u2028",
    "",
]


@pytest.fixture(scope="module")
async def filled_url(shared_database_url: str) -> str:
    made = await asyncpg.connect(shared_database_url)
    await made.execute(TABLE)
    await made.close()
    return shared_database_url


@pytest.fixture
async def connection(filled_url: str) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    made = await asyncpg.connect(filled_url, statement_cache_size=0)
    async with reading_transaction(made, Session(timeout=15, timezone="UTC", name="statements")):
        yield made
    await made.close()


@pytest.fixture
def composed(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> Callable[[Report, Query], Coroutine[Any, Any, Composition]]:
    async def composed(report: Report, query: Query) -> Composition:
        return compose(report, await describe_report(connection, report), query)

    return composed


@pytest.fixture
def rows(
    connection: "asyncpg.Connection[asyncpg.Record]",
    composed: Callable[[Report, Query], Coroutine[Any, Any, Composition]],
) -> Rows:
    """The rows of a query string, after all forms of the statement agreed on them."""

    async def rows(*items: tuple[str, str], report: Report = PEOPLE) -> list[Row]:
        asked = await composed(report, parse_query(report, items))
        found = [list(row) for row in await connection.fetch(asked.select(), *asked.binds)]
        bounded = await connection.fetch(asked.select_bounded(100_000), *asked.binds)
        assert [row[0] for row in bounded] == [["", *row] for row in found]
        assert await connection.fetchval(asked.count(), *asked.binds) == len(found)
        await connection.fetch(f"explain {asked.explainable}", *asked.binds)
        return found

    return rows


@pytest.mark.parametrize(
    ("term", "ids"),
    [
        ("id.eq.2", "2"),
        ("id.neq.2", "13"),
        ("id.gte.2", "23"),
        ("id.lt.2", "1"),
        ("id.in.(3,1)", "13"),
        ("id.in.()", ""),
        ("name.eq.50%", "1"),
        ("name.like.5*0*", "12"),
        (r"name.like.5\_0", "2"),
        ("name.ilike.üNAL*", "3"),
        ("code.eq.ua", "1"),
        ("code.like.u_ ", "12"),
        ("code.is.null", "3"),
        ("good.is.true", "1"),
        ("good.is.false", "2"),
        ("good.is.not_null", "12"),
        ("good.eq.no", "2"),
        ("good.like.t", "1"),
        ("doc.like.{*", "1"),
        ("doc.is.null", "2"),
        ("mood.gt.sad", "2"),
        (r'"odd.\"name".eq.1.1', "1"),
        (r'"odd.\"name".eq.NaN', "2"),
        ("select.like.a", "1"),
        ("select.eq.b", "2"),
    ],
)
async def test_a_filter_finds_its_rows(rows: Rows, term: str, ids: str) -> None:
    found = await rows(("where", term), ("columns", "id"))

    assert "".join(str(row[0]) for row in found) == ids


@pytest.mark.parametrize(
    ("text", "ids"), [("0%", "1"), ("_", "2"), ("\\", "3"), ("ÜN", "3"), ("U", "12"), ("'", "")]
)
async def test_a_search_takes_every_character_as_itself(rows: Rows, text: str, ids: str) -> None:
    found = await rows(("search", text), ("columns", "id"))

    assert "".join(str(row[0]) for row in found) == ids


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("id.desc", "321"),
        (r'"odd.\"name".desc', "321"),
        (r'"odd.\"name".desc.nullslast,id', "213"),
        ("mood.nullsfirst", "312"),
        ("good,id.desc", "213"),
    ],
)
async def test_a_sort_sorts_values_not_their_text(rows: Rows, order: str, ids: str) -> None:
    found = await rows(("order", order), ("columns", "id"))

    assert "".join(str(row[0]) for row in found) == ids


async def test_numbers_are_not_sorted_as_text(rows: Rows) -> None:
    numbers = Report(name="numbers", title="N", sql="select n as c1 from generate_series(1, 11) n")

    assert [row[0] for row in await rows(("order", "c1.desc"), report=numbers)] == [
        str(each) for each in range(11, 0, -1)
    ]


async def test_a_limit_cuts_the_sorted_rows(rows: Rows) -> None:
    found = await rows(("order", "id.desc"), ("limit", "2"), ("columns", "id"))

    assert found == [["3"], ["2"]]


async def test_columns_keep_their_names_and_places(
    rows: Rows, composed: Callable[[Report, Query], Coroutine[Any, Any, Composition]]
) -> None:
    sql = """select 1 as a, 2 as a, 3, 4 as "__proto__", 5 as "x""y\n", 6 as c1, 7 as r, 8 as v1"""
    odd = Report(name="odd", title="Odd", sql=sql, labels={"a": "First"})

    asked = await composed(odd, Query())

    names = [each.name for each in asked.columns]
    assert names == ["a", "a", "?column?", "__proto__", 'x"y\n', "c1", "r", "v1"]
    assert await rows(report=odd) == [[str(number) for number in range(1, 9)]]


async def test_as_many_columns_as_postgresql_has_are_read(rows: Rows) -> None:
    sql = "select " + ", ".join(f"{number} as n" for number in range(1600))

    [row] = await rows(report=Report(name="wide", title="Wide", sql=sql))

    assert row == [str(number) for number in range(1600)]


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a_hostile_value_is_only_a_value(rows: Rows, hostile: str) -> None:
    echo = Report(
        name="echo",
        title="Echo",
        sql="select $1 as given, '$1' as \"$1\", $$ $1 $$, 1 /* $1 */ + $2::int -- $1 $3",
        parameters=(
            Parameter(name="given", label="Given", default="x"),
            Parameter(name="one", label="One", default="1"),
        ),
    )

    assert await rows(("given", hostile), report=echo) == [[hostile, "$1", " $1 ", "2"]]
    assert await rows(("given", hostile), ("where", f"given.eq.{hostile}"), report=echo)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a_hostile_name_is_no_column(rows: Rows, hostile: str) -> None:
    quoted = hostile.replace("\\", "\\\\").replace('"', '\\"')

    with pytest.raises(InvalidArgument):
        await rows(("order", f'"{quoted}"'))


@pytest.mark.parametrize(
    "sql",
    [
        "values (1, 'a'), (2, 'b')",
        "table people",
        "with a as (select 1 as x) select * from a",
        "select 1 union all select 2 order by 1 desc",
        "select 1; -- a comment behind it",
        "select 1 -- a comment at its end",
        "select (select count(*) from people), row(null, null)",
    ],
)
async def test_every_kind_of_select_can_be_wrapped(
    rows: Rows, connection: "asyncpg.Connection[asyncpg.Record]", sql: str
) -> None:
    report = Report(name="any", title="Any", sql=one_select(sql))

    assert len(await rows(report=report)) == len(await connection.fetch(report.sql))


async def test_parameters_have_the_types_that_postgresql_found(
    rows: Rows, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    sql = "select id from people where mood = $1 and id = any($2) and code = $3 limit $4"
    defaults = {"mood": "sad", "ids": "{1,2}", "code": "ua", "most": "5"}
    parameters = tuple(Parameter(name=n, label=n, default=d) for n, d in defaults.items())
    typed = Report(name="typed", title="Typed", sql=sql, parameters=parameters)

    description = await describe_report(connection, typed)

    assert description.parameter_types == ("mood", "integer[]", "character", "bigint")
    assert await rows(report=typed) == [["1"]]


async def test_a_row_over_its_limit_is_not_sent(
    connection: "asyncpg.Connection[asyncpg.Record]",
    composed: Callable[[Report, Query], Coroutine[Any, Any, Composition]],
) -> None:
    wide = Report(
        name="wide",
        title="Wide",
        sql="select n, repeat('x', n), null::text from generate_series(1, 3) n",
    )
    asked = await composed(wide, Query())

    found = [row[0] for row in await connection.fetch(asked.select_bounded(3))]

    assert found == [["", "1", "x", None], ["", "2", "xx", None], ["too_large", "1", "3", None]]


async def test_a_nondeterministic_collation_can_be_searched(debian_database_url: str) -> None:
    made = await asyncpg.connect(debian_database_url, statement_cache_size=0)
    await made.execute(
        "create collation loose (provider = icu, locale = 'und', deterministic = false)"
    )
    report = Report(name="loose", title="Loose", sql="select 'Abc' collate loose as text")
    query = parse_query(report, [("search", "BC"), ("where", "text.like.A*")])
    asked = compose(report, await describe_report(made, report), query)
    found = await made.fetch(asked.select(), *asked.binds)
    await made.close()

    assert [row[0] for row in found] == ["Abc"]
