"""PostgreSQL restarts, dies, freezes, is full or away: runs say so, and the service recovers."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from app.settings import Settings
from tests.adversity.backends import Backends, backends_of
from tests.adversity.live import live
from tests.adversity.recovery import failed, kept_rows, works_again
from tests.postgres import Cluster, StopMode
from tests.problem import assert_problem, assert_problem_object
from tests.readers import both_readers
from tests.serving import Served, serving_reports, until

SHOWN = 2400  # rows of "lasting" that are surely there: COPY keeps up to 8 KB of them back
END_IDLE = """
select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader' and state = 'idle'
"""

pytestmark = pytest.mark.slow


@pytest.fixture
async def backends(database_url: str) -> AsyncIterator[Backends]:
    async with backends_of(database_url) as found:
        yield found


async def administer(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@both_readers
@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_ends_runs_and_the_next_ones_work(
    frail_server: Served, own_postgres: Cluster, mode: StopMode
) -> None:
    run = await frail_server.start("lasting")
    async with live(frail_server.url, run) as follower:
        await follower.until_rows(SHOWN)
        await asyncio.to_thread(own_postgres.stop, mode)
        await follower.until_end()
        refused = await frail_server.client.post("/api/reports/narrow/runs")
        await asyncio.to_thread(own_postgres.start)
        await failed(frail_server, run, follower, "database_lost")

    assert_problem(refused, "database_unavailable")
    await works_again(frail_server)


async def test_the_end_of_a_run_that_the_restart_ended_is_saved(
    frail_server: Served, own_postgres: Cluster
) -> None:
    run = await frail_server.start("lasting")
    async with live(frail_server.url, run) as follower:
        await follower.until_rows(SHOWN)
        await asyncio.to_thread(own_postgres.restart, "immediate")
        await follower.until_end()
    await until(lambda: run not in frail_server.runs.locals, "the saving of the end")

    saved = (await frail_server.client.get(f"/api/runs/{run}")).json()
    assert (saved["status"], saved["rows"]) == ("failed", len(follower.ledger.rows))


@both_readers
@pytest.mark.parametrize("report", ["lasting", "paced", "uncounted"])
async def test_a_backend_that_is_terminated_ends_its_run_alone(
    server: Served, backends: Backends, report: str
) -> None:
    arguments = {"n": 50_000_000} if report == "uncounted" else {}
    other = await server.start("paced")
    run = await server.start(report, **arguments)
    async with live(server.url, run) as follower:
        await follower.until_rows(5)
        for pid in await backends.of(run):
            await backends.connection.execute(f"select pg_terminate_backend({pid})")
        await failed(server, run, follower, "database_lost")

    assert (await server.client.get(f"/api/runs/{other}")).json()["status"] == "processing"
    await works_again(server)


@both_readers
async def test_a_backend_that_is_killed_makes_postgresql_recover(
    frail_server: Served, own_postgres: Cluster
) -> None:
    run = await frail_server.start("lasting")
    async with live(frail_server.url, run) as follower:
        await follower.until_rows(SHOWN)
        async with backends_of(own_postgres.url()) as backends:
            [pid] = await backends.of(run)
            os.kill(pid, signal.SIGKILL)
            await failed(frail_server, run, follower, "database_lost")

    await works_again(frail_server)


@both_readers
async def test_without_connections_runs_are_refused_and_running_ones_go_on(
    settings: Settings, own_postgres: Cluster
) -> None:
    await administer(
        own_postgres.url(), f"create role reader login password '{own_postgres.password}'"
    )
    reading = replace(settings, database_url=own_postgres.url(user="reader"))
    async with serving_reports(reading) as server:
        running = await server.start("paced")
        await administer(own_postgres.url(), "alter role reader connection limit 1", END_IDLE)
        refused = await server.client.post("/api/reports/narrow/runs")
        assert_problem(refused, "database_unavailable")

        async with live(server.url, running) as follower:
            await follower.until_rows(50)
        await administer(own_postgres.url(), "alter role reader connection limit -1")
        await works_again(server)


@pytest.fixture
async def frozen(server: Served, backends: Backends) -> AsyncIterator[str]:
    """A run whose backend has stopped to do anything, whatever it is asked."""
    run = await server.start("paced")
    [pid] = await backends.until(run, 1)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield run
    finally:
        os.kill(pid, signal.SIGCONT)


@both_readers
async def test_a_run_with_a_frozen_backend_says_that_it_lives_and_can_be_cancelled(
    server: Served, frozen: str
) -> None:
    async with live(server.url, frozen) as follower:
        await follower.until(lambda ledger: len(ledger.events) > 3, "a sign of life")
        answer = await server.client.delete(f"/api/runs/{frozen}")
        await follower.until_end()

    assert answer.status_code in (200, 202)
    assert follower.ledger.end["reason"] == "user"
    assert await kept_rows(server, frozen) == len(follower.ledger.rows)
    await works_again(server)


@both_readers
async def test_a_run_with_a_frozen_backend_ends_at_its_time_limit(
    settings: Settings, backends: Backends
) -> None:
    async with serving_reports(replace(settings, run_timeout=2.0)) as server:
        run = await server.start("paced")
        [pid] = await backends.until(run, 1)
        os.kill(pid, signal.SIGSTOP)
        try:
            async with live(server.url, run) as follower:
                await failed(server, run, follower, "timeout")
            assert follower.ledger.end["elapsed_ms"] < 8000
        finally:
            os.kill(pid, signal.SIGCONT)
        await backends.until(run, 0)


@both_readers
async def test_a_full_disk_of_postgresql_ends_the_run_and_the_next_one_works(
    frail_server: Served, own_postgres: Cluster
) -> None:
    await administer(
        own_postgres.url(),
        "alter system set temp_file_limit = '2MB'",
        "alter system set work_mem = '64kB'",
        "select pg_reload_conf()",
    )
    run = await frail_server.start("spilling")
    async with live(frail_server.url, run) as follower:
        problem = await failed(frail_server, run, follower, "database_busy")
    assert problem["sqlstate"] == "53400"

    await administer(
        own_postgres.url(), "alter system reset temp_file_limit", "select pg_reload_conf()"
    )
    events = await frail_server.events(f"/api/runs/{await frail_server.start('spilling')}/stream")
    assert events[-1].type == "completed"


async def test_while_the_state_is_away_runs_go_on_and_their_ends_are_saved_later(
    stateless_server: Served, own_postgres: Cluster
) -> None:
    server = stateless_server
    run = await server.start("stumbling", seconds=2)
    await asyncio.to_thread(own_postgres.stop, "fast")
    async with live(server.url, run) as follower:
        await follower.until_end()
        assert follower.ledger.end["status"] == "completed"
        assert (await server.client.get(f"/api/runs/{run}")).json()["rows"] == 4000
        refused = await server.client.post("/api/reports/narrow/runs")
        assert_problem(refused, "database_unavailable")
    await asyncio.to_thread(own_postgres.start)
    await until(lambda: run not in server.runs.locals, "the saving of the end")

    assert (await server.client.get(f"/api/runs/{run}")).json()["status"] == "completed"
    await works_again(server)


async def test_when_the_state_is_away_for_ten_seconds_runs_end(
    stateless_server: Served, own_postgres: Cluster
) -> None:
    server = stateless_server
    run = await server.start("lasting")
    await asyncio.to_thread(own_postgres.stop, "fast")
    async with live(server.url, run) as follower:
        await follower.until_end()
    assert 8 < follower.seconds("failed")[0] < 15
    await asyncio.to_thread(own_postgres.start)

    assert_problem_object(follower.ledger.end["error"], "database_lost")
    assert await kept_rows(server, run) == 2500
    await works_again(server)
