"""PostgreSQL goes away while exports are made: they end truthfully, and the worker lives on."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.database.pool import Database
from app.exports.export import Export, ExportId, StoredFile
from app.exports.ledger import Ledger
from app.settings import Settings
from tests.exports.exporting import Exporting, working
from tests.exports.gate import COMPLETING, COMPRESSED, Gate, gate_in, gated
from tests.exports.traces import Traces, traces_of, until
from tests.postgres import Cluster, StopMode
from tests.serving import serving_reports

COPYING = """
select pid from pg_stat_activity
where application_name like 'rowstream export %' and query like 'COPY%' and state = 'active'
"""
QUEUE = (
    "select pid from pg_stat_activity where query ilike '%pgqueuer%' and pid <> pg_backend_pid()"
)
IS_IDLE = "select state = 'idle' from pg_stat_activity where pid = $1"
ATTEMPTS = "select attempt from rowstream.run where id = $1"
DURABLE = "checkpoint"  # the tests' clusters do not wait for their commits to be safe

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return gated(settings)


@asynccontextmanager
async def exporting_over(settings: Settings) -> AsyncGenerator[Exporting]:
    """A server and a worker with these settings."""
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving_reports(settings))
        await stack.enter_async_context(working(settings))
        yield Exporting(served)


async def answered(server: Exporting, method: str, path: str) -> None:
    """Ask until the answer is no 503."""

    async def done() -> bool:
        return (await server.client.request(method, path)).status_code != 503

    async def still() -> str:
        return (await server.client.request(method, path)).text

    await until(done, "an answer", still, within=20)


async def works_again(server: Exporting) -> None:
    """The next exports are taken and done, on both places."""
    await answered(server, "GET", "/api/exports")
    for each in [await server.start(n=3), await server.start("xlsx", n=3)]:
        await server.reached(each, "completed")


async def pid_of(gate: Gate, sql: str = COPYING) -> int:
    """The only backend that this finds."""
    pids: list[int] = []

    async def found() -> list[int]:
        pids[:] = [row["pid"] for row in await gate.connection.fetch(sql)]
        return pids

    async def one() -> bool:
        return len(await found()) == 1

    await until(one, "one backend", found)
    return pids[0]


async def stopped(gate: Gate, sql: str) -> int:
    """That backend, stopped between two statements: in one it can hold what others wait for."""
    while True:
        pid = await pid_of(gate, sql)
        os.kill(pid, signal.SIGSTOP)
        if await gate.connection.fetchval(IS_IDLE, pid):
            return pid
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
async def test_a_restart_of_the_only_postgresql_fails_the_export(
    settings: Settings, own_postgres: Cluster, mode: StopMode, form: str
) -> None:
    url = own_postgres.url()
    frail = replace(settings, database_url=url, state_url=url)
    async with exporting_over(frail) as server:
        async with gate_in(url) as gate:
            await gate.close()
            export = await server.start(form, report="gated")
            await pid_of(gate)
            await gate.connection.execute(DURABLE)
            await asyncio.to_thread(own_postgres.stop, mode)
        await asyncio.to_thread(own_postgres.start)
        await answered(server, "GET", f"/exports/{export}/status")

        status = await server.reached(export, "failed")
        assert status["error"]["code"] == "database_lost"
        async with traces_of(frail) as traces:
            await traces.until_none()
        await works_again(server)


async def test_a_restart_while_the_end_is_told_loses_nothing(
    settings: Settings, own_postgres: Cluster
) -> None:
    url = own_postgres.url()
    async with exporting_over(replace(settings, database_url=url, state_url=url)) as server:
        async with gate_in(url) as gate:
            await gate.hold_at(COMPLETING)
            export = await server.start(report="small")
            await gate.until_held()
            await gate.connection.execute(DURABLE)
            await asyncio.to_thread(own_postgres.restart, "immediate")
        await answered(server, "GET", f"/exports/{export}/status")

        status = await server.reached(export, "completed")
        assert len((await server.file(export)).content) == status["file"]["size"]
        await works_again(server)


async def test_an_end_whose_answer_is_lost_can_be_told_again(server: Exporting) -> None:
    url, export = str(server.served.settings.database_url), await server.start()
    async with Database(reading_url=url, state_url=url, reading_connections=1) as database:
        ledger = Ledger(database, ttl=60)
        first = await ledger.begin(ExportId(export), "a worker")
        begun = await ledger.begin(ExportId(export), "another")
        assert first is not None
        assert begun is not None
        file = stored_file(begun)

        told = [await ledger.complete(each, rows=1, file=file) for each in (first, begun, begun)]

    assert told == [False, True, True]


def stored_file(export: Export) -> StoredFile:
    return StoredFile(
        name="numbers.csv",
        key=export.key,
        size=1,
        sha256="",
        media_type="text/csv",
        modified=datetime.now(UTC),
    )


@pytest.mark.parametrize("held", [COMPLETING, COMPRESSED])
async def test_the_state_is_away_while_the_end_is_told(
    settings: Settings, own_postgres: Cluster, traces: Traces, held: str
) -> None:
    async with exporting_over(replace(settings, state_url=own_postgres.url())) as server:
        async with gate_in(own_postgres.url()) as gate:
            await gate.hold_at(held)
            export = await server.start(report="small")
            await gate.until_held()
            await asyncio.to_thread(own_postgres.stop, "fast")
        await asyncio.sleep(1)  # long enough that it is asked more than once
        await asyncio.to_thread(own_postgres.start)
        await answered(server, "GET", f"/exports/{export}/status")

        await server.reached(export, "completed")
        await traces.until_files(3)
        await works_again(server)


async def test_the_state_is_away_for_a_while_and_the_export_goes_on(
    settings: Settings, own_postgres: Cluster, gate: Gate
) -> None:
    await gate.close()
    async with exporting_over(replace(settings, state_url=own_postgres.url())) as server:
        export = await server.start(report="gated")
        await pid_of(gate)
        await asyncio.to_thread(own_postgres.stop, "fast")
        await gate.open()
        await asyncio.to_thread(own_postgres.start)
        await answered(server, "GET", f"/exports/{export}/status")

        await server.reached(export, "completed")
        await works_again(server)


async def test_a_backend_that_is_terminated_ends_its_export_alone(
    exporting: Exporting, gate: Gate, traces: Traces
) -> None:
    await gate.close()
    export = await exporting.start(report="gated")
    pid = await pid_of(gate)
    other = await exporting.start(report="gated")
    await exporting.reached(other, "processing")
    await gate.connection.execute(f"select pg_terminate_backend({pid})")

    assert (await exporting.reached(export, "failed"))["error"]["code"] == "database_lost"
    await gate.open()
    await exporting.reached(other, "completed")
    await traces.until_files(3)


@pytest.fixture
async def frozen(exporting: Exporting, gate: Gate) -> AsyncIterator[str]:
    """An export whose backend does nothing any more, whatever it is asked."""
    await gate.close()
    export = await exporting.start(report="gated")
    pid = await pid_of(gate)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield export
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_an_export_with_a_frozen_backend_can_be_cancelled(
    exporting: Exporting, frozen: str, traces: Traces
) -> None:
    assert (await exporting.client.delete(f"/exports/{frozen}")).status_code == 204

    await traces.until_files(0)
    assert (await exporting.status(frozen))["status"] == "cancelled"
    await works_again(exporting)


async def test_an_export_with_a_frozen_backend_ends_at_its_time_limit(
    settings: Settings, gate: Gate, traces: Traces
) -> None:
    await gate.close()
    async with exporting_over(replace(settings, export_timeout=2.0)) as server:
        export = await server.start(report="gated")
        pid = await pid_of(gate)
        os.kill(pid, signal.SIGSTOP)
        try:
            assert (await server.reached(export, "failed"))["error"]["code"] == "timeout"
            await traces.until_files(0)
        finally:
            os.kill(pid, signal.SIGCONT)
        await traces.until_none()
        await works_again(server)


async def test_a_worker_whose_queue_was_cut_takes_new_exports_beside_those_that_it_has(
    exporting: Exporting, gate: Gate
) -> None:
    await gate.close()
    begun = await exporting.start(report="gated")
    await pid_of(gate)
    for _ in range(2):
        await gate.connection.execute(f"select pg_terminate_backend({await pid_of(gate, QUEUE)})")
        await exporting.reached(await exporting.start(n=3), "completed")
    assert (await exporting.status(begun))["status"] == "processing"
    await gate.open()

    await exporting.reached(begun, "completed")
    assert await gate.connection.fetchval(ATTEMPTS, begun) == 1


@pytest.mark.timeout(120)
async def test_a_frozen_queue_is_left_for_another_connection(
    settings: Settings, own_postgres: Cluster
) -> None:
    """The backend that tells of new exports does nothing any more."""
    async with (
        gate_in(own_postgres.url()) as gate,
        exporting_over(replace(settings, state_url=own_postgres.url())) as server,
    ):
        await works_again(server)
        pid = await stopped(gate, QUEUE)
        try:
            export = await server.start(n=3)
            await server.reached(export, "completed")
        finally:
            os.kill(pid, signal.SIGCONT)
