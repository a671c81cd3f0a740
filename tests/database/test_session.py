"""A run's transaction: read-only whatever the report tries, with its own settings, always ended."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.database.session import PRINTING, Session, export_snapshot, reading_transaction
from tests.activity import until_active

if TYPE_CHECKING:
    from app.database.pool import Connection

SESSION = Session(timeout=5, timezone="Asia/Tokyo", name="rowstream 0123abcd")


async def setting(connection: "Connection", name: str) -> str:
    return str(await connection.fetchval("select current_setting($1)", name))


async def test_the_settings_hold_inside_and_not_after(connection: "Connection") -> None:
    before = await setting(connection, "TimeZone")
    async with reading_transaction(connection, SESSION):
        inside = {name: await setting(connection, name) for name in SESSION.settings()}

    assert inside.pop("statement_timeout") == "5s"
    assert inside.pop("lock_timeout") == "5s"
    assert inside.pop("idle_in_transaction_session_timeout") == "1min"
    assert inside == {
        **PRINTING,
        "standard_conforming_strings": "on",
        "TimeZone": "Asia/Tokyo",
        "application_name": "rowstream 0123abcd",
        "client_min_messages": "error",
        "synchronize_seqscans": "off",
    }
    assert await setting(connection, "TimeZone") == before


async def test_a_lock_is_waited_for_at_most_ten_seconds() -> None:
    patient = Session(timeout=300, timezone="UTC", name="x").settings()

    assert (patient["statement_timeout"], patient["lock_timeout"]) == ("300000ms", "10000ms")


@pytest.mark.parametrize(
    "sql",
    [
        "create table made_here (a int)",
        "select set_config('transaction_read_only', 'off', false)",
        "set transaction read write",
        "set session characteristics as transaction read write; create table made_here (a int)",
        "select nextval('numbers')",
        "select lo_create(0)",
    ],
)
async def test_nothing_is_written_however_it_is_tried(connection: "Connection", sql: str) -> None:
    await connection.execute("create sequence if not exists numbers")

    with pytest.raises((asyncpg.ReadOnlySQLTransactionError, asyncpg.ActiveSQLTransactionError)):
        async with reading_transaction(connection, SESSION):
            await connection.execute(sql)

    assert await connection.fetchval("select to_regclass('made_here')") is None


async def test_a_second_connection_sees_the_same_rows(
    connection: "Connection", shared_database_url: str
) -> None:
    await connection.execute("drop table if exists seen; create table seen as select 1 as a")
    first, second = [await asyncpg.connect(shared_database_url) for _ in range(2)]
    async with reading_transaction(first, SESSION):
        name = await export_snapshot(first)
        await connection.execute("insert into seen values (2), (3)")
        async with reading_transaction(second, SESSION, snapshot=name):
            assert await second.fetchval("select count(*) from seen") == 1
        async with reading_transaction(second, SESSION):
            assert await second.fetchval("select count(*) from seen") == 3
    for each in (first, second):
        await each.close()


@pytest.mark.parametrize("name", ["", "x'; drop table seen; --", "0001 1"])
async def test_a_name_that_is_no_snapshots_is_not_pasted(
    connection: "Connection", name: str
) -> None:
    with pytest.raises(ValueError, match="letters, digits and dashes"):
        async with reading_transaction(connection, SESSION, snapshot=name):
            pytest.fail("the transaction began")

    assert not connection.is_in_transaction()


async def test_a_snapshot_of_nobody_is_refused_by_postgresql(connection: "Connection") -> None:
    with pytest.raises((asyncpg.InvalidParameterValueError, asyncpg.UndefinedObjectError)):
        async with reading_transaction(connection, SESSION, snapshot="00000003-0000001B-1"):
            pytest.fail("the transaction began")

    assert await connection.fetchval("select 1") == 1


async def test_the_transaction_ends_whatever_happens_inside(connection: "Connection") -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with reading_transaction(connection, SESSION):
            await connection.fetch("select 1 / 0")

    assert not connection.is_in_transaction()
    assert await connection.fetchval("select 1") == 1


async def test_a_cancelled_statement_leaves_a_connection_that_works(
    connection: "Connection", shared_database_url: str
) -> None:
    async def sleep() -> None:
        async with reading_transaction(connection, replace(SESSION, name="sleeping")):
            await connection.execute("select pg_sleep(30)")

    sleeping = asyncio.create_task(sleep())
    await until_active(shared_database_url, "sleeping")
    sleeping.cancel()
    await asyncio.wait([sleeping])

    assert sleeping.cancelled()
    assert await connection.fetchval("select 1") == 1


async def test_a_statement_ends_at_its_time_limit(connection: "Connection") -> None:
    brief = Session(timeout=0.05, timezone="UTC", name="brief")

    with pytest.raises(asyncpg.QueryCanceledError):
        async with reading_transaction(connection, brief):
            await connection.execute("select pg_sleep(30)")


async def test_a_connection_that_died_inside_ends_without_another_error(
    shared_database_url: str,
) -> None:
    made = await asyncpg.connect(shared_database_url)
    async with reading_transaction(made, SESSION):
        made.terminate()

    assert made.is_closed()
