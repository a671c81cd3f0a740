"""The exact count: of the run's own snapshot, and never at the run's cost."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.database.count import count_rows
from app.database.explain import Plan
from app.database.session import Session, export_snapshot, reading_transaction

if TYPE_CHECKING:
    from app.database.pool import Connection

SESSION = Session(timeout=5, timezone="UTC", name="count")
COUNT = "select count(*) from counted where a > $1::text::int"


def always(plan: Plan) -> bool:
    return plan.cost > 0


@pytest.fixture
async def second(
    connection: "Connection", shared_database_url: str
) -> "AsyncGenerator[Connection]":
    """Another connection; a table of 100 rows is there."""
    await connection.execute("drop table if exists counted")
    await connection.execute("create table counted as select generate_series(1, 100) as a")
    made = await asyncpg.connect(shared_database_url, statement_cache_size=0)
    yield made
    await made.close()


async def test_rows_of_the_runs_snapshot_are_counted(
    connection: "Connection", second: "Connection", shared_database_url: str
) -> None:
    writing = await asyncpg.connect(shared_database_url)
    async with reading_transaction(connection, SESSION):
        snapshot = await export_snapshot(connection)
        await writing.execute("insert into counted select generate_series(1000, 2000)")
        total = await count_rows(
            second,
            session=SESSION,
            snapshot=snapshot,
            sql=COUNT,
            binds=["40"],
            worthwhile=always,
        )
    await writing.close()

    assert total == 60


async def test_another_server_has_no_such_snapshot(
    second: "Connection", debian_database_url: str
) -> None:
    elsewhere = await asyncpg.connect(debian_database_url)
    async with reading_transaction(elsewhere, SESSION):
        snapshot = await export_snapshot(elsewhere)
        total = await count_rows(
            second,
            session=SESSION,
            snapshot=f"{snapshot[:-1]}77",
            sql=COUNT,
            binds=["0"],
            worthwhile=always,
        )
    await elsewhere.close()

    assert total is None


@pytest.mark.parametrize(
    "sql", ["select count(*) / 0 from counted", "select pg_sleep(30)"], ids=["fails", "lasts"]
)
async def test_a_count_that_cannot_be_had_ends_nothing(
    connection: "Connection", second: "Connection", sql: str
) -> None:
    brief = Session(timeout=0.2, timezone="UTC", name="count")
    async with reading_transaction(connection, SESSION):
        snapshot = await export_snapshot(connection)
        total = await count_rows(
            second, session=brief, snapshot=snapshot, sql=sql, binds=[], worthwhile=always
        )

    assert total is None
    assert await second.fetchval("select 1") == 1


async def test_a_lost_connection_ends_nothing(
    connection: "Connection", second: "Connection"
) -> None:
    async with reading_transaction(connection, SESSION):
        snapshot = await export_snapshot(connection)
        second.terminate()
        total = await count_rows(
            second,
            session=SESSION,
            snapshot=snapshot,
            sql=COUNT,
            binds=["0"],
            worthwhile=always,
        )

    assert total is None


async def test_what_is_not_worthwhile_by_its_plan_is_not_counted(
    connection: "Connection", second: "Connection"
) -> None:
    plans: list[Plan] = []

    def never(plan: Plan) -> bool:
        return bool(plans.append(plan))

    async with reading_transaction(connection, SESSION):
        snapshot = await export_snapshot(connection)
        total = await count_rows(
            second, session=SESSION, snapshot=snapshot, sql=COUNT, binds=["0"], worthwhile=never
        )

    assert total is None
    assert [plan.rows for plan in plans] == [1]


PARALLEL = """
set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0
"""
LAUNCHED = """
select parallel_workers_launched from pg_stat_database where datname = current_database()
"""


async def test_a_count_has_parallel_workers(connection: "Connection", second: "Connection") -> None:
    await second.execute(PARALLEL)
    before = await connection.fetchval(LAUNCHED)
    async with reading_transaction(connection, SESSION):
        snapshot = await export_snapshot(connection)
        total = await count_rows(
            second, session=SESSION, snapshot=snapshot, sql=COUNT, binds=["0"], worthwhile=always
        )
    await second.execute("select pg_stat_force_next_flush()")

    assert total == 100
    assert await connection.fetchval(LAUNCHED) > before
