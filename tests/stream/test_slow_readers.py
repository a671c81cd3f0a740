"""Clients that do not read cost nobody anything but themselves, and are gone after a while."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from structlog.testing import capture_logs

from app.settings import Settings
from tests.decoding import CODINGS
from tests.following import following
from tests.ledger import Ledger
from tests.serving import Served, serving_reports, until
from tests.wire import Wire, asked

pytestmark = pytest.mark.slow

SEND_SECONDS = 2.0
STALLED = 50
RUNS = 5
ROWS = 12_000  # 6 MB a run, also compressed more than the kernel takes for a client
BUFFER = 4096
ANSWER_SECONDS = 0.25
ENDED_STATES = ("06", "07", "0A")  # TIME_WAIT, CLOSE, and LISTEN, which is none
BUSY = """
select count(*) from pg_stat_activity
where datname = current_database() and backend_type = 'client backend'
    and pid <> pg_backend_pid() and state <> 'idle'
"""


@pytest.fixture
async def impatient(settings: Settings) -> AsyncGenerator[Served]:
    """A server that drops who takes nothing for two seconds."""
    async with serving_reports(replace(settings, send_timeout=SEND_SECONDS)) as served:
        yield served


@asynccontextmanager
async def stalled(server: Served, runs: list[str], count: int) -> AsyncGenerator[list[Wire]]:
    """So many clients that ask for a stream and take nothing of it, in all codings."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                asked(
                    server.url,
                    f"/api/runs/{runs[number % len(runs)]}/stream",
                    coding=CODINGS[number % 3],
                    buffer=BUFFER,
                )
            )
            for number in range(count)
        ]


async def started(server: Served) -> list[str]:
    return [await server.start("long", n=ROWS) for _ in range(RUNS)]


async def ended(server: Served, runs: list[str]) -> None:
    for run in runs:
        await until(lambda run=run: run not in server.runs.locals, "the end of a run")


async def seconds_of_runs(server: Served, followers: int) -> float:
    """How long all runs take, beside so many clients that do not read."""
    began = time.monotonic()
    runs = await started(server)
    async with stalled(server, runs, followers):
        await ended(server, runs)
        return time.monotonic() - began


def sockets(server: Served) -> int:
    """What the system still holds of the server's connections, also those without a process."""
    port = f":{urlsplit(server.url).port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    states = [line.split()[3] for line in lines if line.split()[1].endswith(port)]
    return sum(state not in ENDED_STATES for state in states)


async def test_a_run_ends_at_the_databases_speed_whoever_does_not_read(server: Served) -> None:
    alone = await seconds_of_runs(server, 0)
    beside = await seconds_of_runs(server, STALLED)

    assert beside < 3 * alone + 1


async def test_no_connection_of_the_database_waits_for_a_client(
    server: Served, database_url: str
) -> None:
    runs = await started(server)
    connection = await asyncpg.connect(database_url)
    try:
        async with stalled(server, runs, STALLED), asyncio.timeout(10):
            await ended(server, runs)
            assert server.runs.followers > 0
            while await connection.fetchval(BUSY):  # the state's own statements are short
                await connection.fetchval("select pg_sleep(0.01)")
            assert server.runs.followers > 0
    finally:
        await connection.close()


async def test_others_are_answered_at_once_meanwhile(server: Served) -> None:
    runs = await started(server)
    paths = ["/health", "/api/reports", *(f"/api/runs/{run}" for run in runs)]
    seconds: list[float] = []
    async with stalled(server, runs, STALLED):
        await ended(server, runs)
        for path in paths * 4:
            began = time.monotonic()
            assert (await server.client.get(path)).status_code == 200
            seconds.append(time.monotonic() - began)

    assert max(seconds) < ANSWER_SECONDS


async def test_the_sockets_are_gone_when_the_send_timeout_has_passed(impatient: Served) -> None:
    runs = await started(impatient)
    await impatient.client.aclose()
    async with stalled(impatient, runs, STALLED):
        await until(lambda: impatient.runs.followers == STALLED, "following")
        await until(lambda: impatient.runs.followers == 0, "the end of every response")
        await until(lambda: sockets(impatient) == 0, "the end of every socket")


async def test_a_follower_that_takes_nothing_is_one_line_in_the_log(server: Served) -> None:
    """The application sees to it itself: not every kernel has a time limit for this."""
    run = await server.finished("long", n=ROWS)
    with capture_logs() as logs:
        async with following(server, run, send_timeout=0.3, buffer=BUFFER):
            await until(lambda: server.runs.followers == 1, "following")
            await until(lambda: server.runs.followers == 0, "dropping the follower")
            await until(lambda: len(logs) > 0, "saying so")

    assert [(each["event"], each["log_level"]) for each in logs] == [("follower_dropped", "info")]


async def test_a_follower_that_was_dropped_comes_back_and_has_everything(impatient: Served) -> None:
    run, ledger = await impatient.finished("long", n=ROWS), Ledger()
    async with stalled(impatient, [run], 1):
        await until(lambda: impatient.runs.followers == 1, "following")
        await until(lambda: impatient.runs.followers == 0, "dropping the follower")
    for event in await impatient.events(f"/api/runs/{run}/stream"):
        ledger.take(event)

    assert (ledger.end["status"], len(ledger.rows)) == ("completed", ROWS)


async def test_a_follower_on_a_bad_line_is_not_dropped_while_it_reads(impatient: Served) -> None:
    """Some 500 kB a second for longer than the send timeout: each slice has its own."""
    run, ledger, began = await impatient.finished("long", n=4000), Ledger(), time.monotonic()
    path = f"/api/runs/{run}/stream"
    async with asked(impatient.url, path, buffer=BUFFER) as wire:
        while not wire.whole:
            for event in await wire.take(1024):
                ledger.take(event)
            await asyncio.sleep(0.002)

    assert time.monotonic() - began > SEND_SECONDS
    assert (ledger.end["status"], len(ledger.rows)) == ("completed", 4000)
