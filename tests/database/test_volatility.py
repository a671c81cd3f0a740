"""Statements that are not the same twice are known by their text and the views below it."""

from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.database.volatility import calls_of

if TYPE_CHECKING:
    from app.database.pool import Connection

MADE = """
create schema odd;
create table plain (a int);
create sequence counting;
create function dice() returns int language sql volatile as 'select 4';
create function steady() returns int language sql stable as 'select 4';
create view random_view as select random() as r;
create view above as select * from random_view;
create view "odd"."A ""view"" of dice" as select dice() as d;
create view sampled as select * from plain tablesample system (10);
create view quiet as select a, now() from plain;
"""


@pytest.fixture(scope="module")
async def shared_database_url(shared_database_url: str) -> str:
    made = await asyncpg.connect(shared_database_url)
    await made.execute(MADE)
    await made.close()
    return shared_database_url


@pytest.mark.parametrize(
    "sql",
    [
        "select random()",
        "select pg_catalog.random()",
        "select RANDOM() from plain where a = $1",
        "select a from plain where a > (select dice())",
        "with t as (select clock_timestamp() as c) select * from t",
        "select * from dice()",
        "select * from plain, lateral (select pg_sleep(a)) as s",
        "select a from plain order by random()",
        "select nextval('counting')",
        "select * from random_view",
        "select * from public.above",
        'select * from "odd"."A ""view"" of dice"',
        "select * from plain tablesample bernoulli (50)",
        "select * from sampled",
    ],
)
async def test_a_statement_with_other_rows_each_time_is_volatile(
    connection: "Connection", sql: str
) -> None:
    assert (await calls_of(connection, sql)).volatile


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "select a + 1, upper($1), now(), current_timestamp from plain",
        "select 'random()', \"a\" as random from plain -- random()",
        "select steady(), count(*) over () from plain",
        "select * from quiet",
        "select * from random_view_that_is_not_there",
        "with plain as (select 1) select * from plain",
        "select * from plain tablesample bernoulli (50) repeatable (1)",
        "values (1), (2)",
    ],
)
async def test_a_statement_that_is_the_same_twice_is_not(
    connection: "Connection", sql: str
) -> None:
    assert not (await calls_of(connection, sql)).volatile


async def test_a_large_constant_is_not_made(connection: "Connection") -> None:
    assert not (await calls_of(connection, "select repeat('x', 200000000)")).volatile


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("select steady() from plain", True),
        ("select a from plain where a > public.steady()", True),
        ("select upper(a::text), age(now()), lpad('a', 3) from plain", False),
        ("select count(*), date_part('year', now()::date) from plain", False),
    ],
)
async def test_functions_that_somebody_wrote_are_told_from_postgresqls_own(
    connection: "Connection", sql: str, *, written: bool
) -> None:
    assert (await calls_of(connection, sql)).written is written
