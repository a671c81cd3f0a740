"""The connections: lent and taken back whatever happens, and healed by themselves."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.database.pool import STATE_CONNECTIONS, Database
from app.database.state import State
from app.errors import DatabaseLost, DatabaseUnavailable
from tests.activity import backends, until_gone, until_locked
from tests.postgres import Cluster, StopMode, free_port
from tests.serving import until

CHANNEL = "rowstream_test"


def database_at(url: str, *, connections: int = 2) -> Database:
    return Database(reading_url=url, state_url=url, reading_connections=connections)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with database_at(database_url) as opened:
        yield opened


async def test_nothing_is_connected_before_it_is_needed(
    database: Database, database_url: str
) -> None:
    assert await backends(database_url, "rowstream") == {}

    await database.ready()

    assert set((await backends(database_url, "rowstream")).values()) == {"idle"}


async def test_closing_leaves_no_connection(database_url: str) -> None:
    async with database_at(database_url) as opened:
        await opened.ready()

    await until_gone(database_url, "rowstream")


async def fail_in_the_middle(database: Database) -> None:
    async with database.acquire_reading() as connection:
        await connection.execute("begin; set timezone = 'Asia/Tokyo'")
        await connection.execute("select 1 / 0")


async def test_a_connection_comes_back_clean_after_an_error(database: Database) -> None:
    for _ in range(10):
        with pytest.raises(asyncpg.DivisionByZeroError):
            await fail_in_the_middle(database)

    async with database.acquire_reading() as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("select current_setting('TimeZone')") == "UTC"


async def test_a_killed_connection_is_replaced(database: Database, database_url: str) -> None:
    killer = await asyncpg.connect(database_url)
    for _ in range(2 * STATE_CONNECTIONS):
        async with database.acquire_reading() as connection:
            pid = connection.get_server_pid()
            await killer.execute("select pg_terminate_backend($1, 5000)", pid)
    await killer.close()

    await database.ready()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_database_that_was_restarted_is_used_again(
    own_postgres: Cluster, mode: StopMode
) -> None:
    async with database_at(own_postgres.url()) as opened:
        await opened.ready()
        await asyncio.to_thread(own_postgres.stop, mode)
        with pytest.raises(DatabaseUnavailable) as caught:
            await opened.ready()
        assert caught.value.retry_after
        await asyncio.to_thread(own_postgres.start)

        await opened.ready()


@pytest.mark.parametrize(
    "address", ["nobody:x@127.0.0.1:{port}/postgres", "postgres:x@127.0.0.1:{free}/postgres"]
)
async def test_a_database_that_takes_nobody_is_unavailable(postgres: Cluster, address: str) -> None:
    url = "postgresql://" + address.format(port=postgres.port, free=free_port())

    async with database_at(url) as opened:
        with pytest.raises(DatabaseUnavailable):
            await opened.ready()


class Ear:
    """Listens beside the test, and writes down what it hears."""

    def __init__(self, database: Database) -> None:
        self.heard: list[str] = []
        self.connected = 0
        self.failing = False
        self.task = asyncio.create_task(database.listen(CHANNEL, self.heard.append, self._catch_up))

    async def _catch_up(self) -> None:
        self.connected += 1
        if self.failing:
            self.failing = False
            raise DatabaseUnavailable


@pytest.fixture
async def ear(database: Database) -> AsyncIterator[Ear]:
    made = Ear(database)
    await until(lambda: made.connected == 1, "listening")
    yield made
    made.task.cancel()
    await asyncio.wait([made.task])


async def notify(url: str, payload: str) -> None:
    made = await asyncpg.connect(url)
    await made.execute("select pg_notify($1, $2)", CHANNEL, payload)
    await made.close()


async def cut_ears(url: str) -> None:
    made = await asyncpg.connect(url)
    await made.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where datname = current_database() and query like 'LISTEN%'"
    )
    await made.close()


async def test_what_is_said_is_heard(ear: Ear, database_url: str) -> None:
    await notify(database_url, "one")
    await notify(database_url, "two")

    await until(lambda: ear.heard == ["one", "two"], "hearing both")


@pytest.mark.parametrize("failing", [False, True], ids=["cut", "cut while it catches up"])
async def test_an_ear_that_is_cut_listens_again(
    ear: Ear, database_url: str, *, failing: bool
) -> None:
    ear.failing = failing
    await cut_ears(database_url)
    await until(lambda: ear.connected == (3 if failing else 2), "listening again")

    await notify(database_url, "after")

    await until(lambda: ear.heard == ["after"], "hearing again")
    assert not ear.task.done()


async def test_a_statement_of_the_state_that_somebody_cancels_is_an_error_of_ours(
    database: Database, database_url: str
) -> None:
    made = await asyncpg.connect(database_url)
    name = database_url.rpartition("/")[2]
    await State(database).install()
    await made.execute(f"alter database {name} set statement_timeout = '50ms'")
    async with made.transaction():
        await made.execute("lock table rowstream.run")
        async with database_at(database_url) as limited:
            with pytest.raises(DatabaseUnavailable, match="ended a statement"):
                await State(limited).fetch("expired")
    await made.close()


async def test_a_connection_that_dies_in_a_statement_is_lost(
    database: Database, database_url: str
) -> None:
    made = await asyncpg.connect(database_url)
    await State(database).install()
    async with made.transaction():
        await made.execute("lock table rowstream.run")
        asking = asyncio.create_task(State(database).fetch("expired"))
        await made.execute("select pg_terminate_backend($1, 5000)", await until_locked(made))
        with pytest.raises(DatabaseLost):
            await asking
    await made.close()
