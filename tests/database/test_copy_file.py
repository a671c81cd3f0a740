"""COPY of a whole file: its bytes, its rows, and the connection after whatever happens."""

import asyncio
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.catalog.describing import describe_report
from app.catalog.query import Query
from app.catalog.report import Report
from app.catalog.statement import Composition, compose
from app.database.connection import CancellableConnection
from app.database.copy import copy_file
from app.database.session import Session, reading_transaction
from app.errors import QueryFailed
from tests.activity import backends, until_active

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

NAME = "rowstream copying"
CSV = {"format": "csv"}
MANY = "select i, repeat('x', 100) as text from generate_series(1, 1000000) as i"
THOUSANDS = "generate_series(1, 200000)"
# Tells of every five-hundredth row.
TELLING = """
create or replace function {level}_each(i int) returns int language plpgsql as $$
begin
    if i % 500 = 0 then raise {level} 'row %', i; end if;
    return i;
end $$
"""
WAIT_SECONDS = 10.0


@pytest.fixture
async def connection(shared_database_url: str) -> "AsyncGenerator[Connection]":
    made = await asyncpg.connect(
        shared_database_url,
        statement_cache_size=0,
        connection_class=CancellableConnection,
        server_settings={"application_name": NAME},
    )
    for level in ("info", "notice", "warning"):
        await made.execute(TELLING.format(level=level))
    async with reading_transaction(made, Session(timeout=30, timezone="UTC", name=NAME)):
        yield made
    await made.close()


async def composed(connection: "Connection", sql: str) -> Composition:
    report = Report(name="any", title="Any", sql=sql)
    return compose(report, await describe_report(connection, report), Query())


async def copied(connection: "Connection", sql: str) -> tuple[bytes, int]:
    pieces: list[bytes] = []

    async def take(data: bytes) -> None:
        pieces.append(data)

    asked = await composed(connection, sql)
    rows = await copy_file(connection, asked, asked.raw(), take, options=CSV)
    return b"".join(pieces), rows


async def is_usable(connection: "Connection") -> bool:
    """Whether a statement, a COPY and then a statement again are answered as ever."""
    answers = [await connection.fetchval("select 1") for _ in range(2)]
    return (await copied(connection, "select 7 as n"), answers) == ((b"7\n", 1), [1, 1])


async def test_the_bytes_are_copys_and_the_rows_are_counted(connection: "Connection") -> None:
    data, rows = await copied(connection, "select i, E'a\nb' from generate_series(1, 3) as i")

    assert (data, rows) == (b'1,"a\nb"\n2,"a\nb"\n3,"a\nb"\n', 3)


@pytest.mark.parametrize("level", ["notice", "warning"])
async def test_what_functions_tell_between_rows_loses_none(
    connection: "Connection", level: str
) -> None:
    data, rows = await copied(connection, f"select {level}_each(i) from {THOUSANDS} as i")

    assert (data.count(b"\n"), rows) == (200_000, 200_000)


async def test_where_rows_can_have_been_lost_it_fails(connection: "Connection") -> None:
    with pytest.raises(QueryFailed, match="RAISE INFO"):
        await copied(connection, f"select info_each(i) from {THOUSANDS} as i")

    assert await is_usable(connection)


async def test_the_rows_that_came_with_an_error_are_there(connection: "Connection") -> None:
    pieces: list[bytes] = []

    async def take(data: bytes) -> None:
        pieces.append(data)
        await asyncio.sleep(0.001)  # PostgreSQL is faster: a read has as much as fits

    asked = await composed(connection, f"select 1 / (150000 - i) from {THOUSANDS} as i")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await copy_file(connection, asked, asked.raw(), take, options=CSV)

    assert b"".join(pieces).count(b"\n") == 149_999


async def test_who_can_wait_is_given_more_at_a_time_and_misses_nothing(
    connection: "Connection",
) -> None:
    sql = "select i, repeat('x', 80) as text from generate_series(1, 20000) as i"
    asked, pieces = await composed(connection, sql), list[bytes]()

    async def take(data: bytes) -> None:
        pieces.append(data)

    await copy_file(connection, asked, asked.raw(), take, options=CSV, at_least=100_000)

    assert len(pieces) > 2
    assert min(map(len, pieces[:-1])) >= 100_000
    assert b"".join(pieces) == (await copied(connection, sql))[0]


async def test_nothing_is_no_row(connection: "Connection") -> None:
    assert await copied(connection, "select 1 as one where false") == (b"", 0)


async def test_what_taking_raises_ends_the_copy_and_is_raised(connection: "Connection") -> None:
    asked = await composed(connection, MANY)
    taken = 0

    async def take(data: bytes) -> None:
        nonlocal taken
        taken += len(data)
        if taken > 1_000_000:
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        await copy_file(connection, asked, asked.raw(), take, options=CSV)
    with pytest.raises(asyncpg.InFailedSQLTransactionError):
        await connection.fetchval("select 1")


async def test_an_error_in_the_middle_is_postgresqls(connection: "Connection") -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await copied(connection, "select 1 / (50000 - i) from generate_series(1, 100000) as i")


async def test_postgresql_waits_for_who_takes_nothing(
    connection: "Connection", shared_database_url: str
) -> None:
    asked = await composed(connection, MANY)
    reached, never = asyncio.Event(), asyncio.Event()

    async def take(_: bytes) -> None:
        reached.set()
        await never.wait()

    copying = asyncio.create_task(copy_file(connection, asked, asked.raw(), take, options=CSV))
    await asyncio.wait_for(reached.wait(), WAIT_SECONDS)
    assert list((await backends(shared_database_url, NAME)).values()) == ["active"]
    copying.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(copying, WAIT_SECONDS)
    assert not connection.is_closed()
    assert "active" not in (await backends(shared_database_url, NAME)).values()


async def test_a_cancellation_before_the_first_byte_ends_the_statement(
    connection: "Connection", shared_database_url: str
) -> None:
    asked = await composed(connection, "select pg_sleep(60)::text as slept")

    async def take(_: bytes) -> None:
        pytest.fail("there is nothing to take")

    copying = asyncio.create_task(copy_file(connection, asked, asked.raw(), take, options=CSV))
    await until_active(shared_database_url, NAME)
    copying.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(copying, WAIT_SECONDS)
    assert not connection.is_closed()


async def test_the_connection_is_as_before_after_every_end(shared_database_url: str) -> None:
    made = await asyncpg.connect(
        shared_database_url, statement_cache_size=0, connection_class=CancellableConnection
    )
    session = Session(timeout=30, timezone="UTC", name=NAME)

    async def fail_after(count: int) -> None:
        left = count

        async def take(_: bytes) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise ValueError("enough")

        async with reading_transaction(made, session):
            asked = await composed(made, MANY)
            await copy_file(made, asked, asked.raw(), take, options=CSV)

    for count in range(4):
        with pytest.raises(ValueError, match="enough"):
            await fail_after(count)
        async with reading_transaction(made, session):
            assert await is_usable(made)
    await made.close()
