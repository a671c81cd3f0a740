"""A worker is killed, stopped or told to end: another does the export, and nobody else does."""

import hashlib
import signal
from contextlib import AsyncExitStack

import pytest

from app.settings import Settings
from tests.exports.exporting import Exporting, Status
from tests.exports.gate import QUEUED, Gate, gated, gated_sha256
from tests.exports.traces import Traces, until
from tests.exports.working_process import worker_process

ATTEMPT = "select attempt from rowstream.run where id = $1"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return gated(settings)


async def attempt_of(gate: Gate, export: str) -> int:
    return await gate.connection.fetchval(ATTEMPT, export)


async def until_attempt(gate: Gate, export: str, attempt: int) -> None:
    """Return when a worker has begun that attempt."""

    async def begun() -> bool:
        return await attempt_of(gate, export) == attempt

    async def what() -> int:
        return await attempt_of(gate, export)

    await until(begun, f"attempt {attempt}", what)


async def whole(server: Exporting, traces: Traces, export: str) -> Status:
    """The status of the export when it has completed; fails where its file is not what it has to
    be, or is not alone.
    """
    status = await server.reached(export, "completed")
    file = await server.file(export)
    assert hashlib.sha256(file.content).hexdigest() == gated_sha256() == status["file"]["sha256"]
    await traces.until_files(3)  # with its compressed forms
    assert all(export in each and "#" not in each for each in traces.files())
    await traces.until_idle()
    return status


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_export_whose_worker_is_killed_is_done_by_another(
    settings: Settings, server: Exporting, gate: Gate, traces: Traces, when: str
) -> None:
    """The other one was started before that, or after it."""
    await gate.close()
    export = await server.start(report="gated")
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(worker_process(settings, "first"))
        await until_attempt(gate, export, 1)
        if when == "before":
            await stack.enter_async_context(worker_process(settings, "second"))
        await traces.until_files(1)
        first.send(signal.SIGKILL)
        if when == "after":
            await stack.enter_async_context(worker_process(settings, "second"))
        await until_attempt(gate, export, 2)
        await traces.until_all_in(f"files/{export}.2.csv#")
        await gate.open()

        await whole(server, traces, export)
        assert await attempt_of(gate, export) == 2
        await gate.until_queue_is_empty()


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
async def test_what_a_killed_worker_had_in_the_scratch_folder_goes(
    settings: Settings, server: Exporting, gate: Gate, traces: Traces, form: str
) -> None:
    await gate.close()
    export = await server.start(form, report="gated")
    async with worker_process(settings, "first") as first:
        [scratch] = await traces.until_files(1)
        assert scratch == f"scratch/{export}.1.{form}"
        first.send(signal.SIGKILL)
    async with worker_process(settings, "second"):
        await until_attempt(gate, export, 2)
        await gate.open()
        await server.reached(export, "completed")

    assert traces.files() == [f"files/{export}.2.{form}"]


async def test_an_export_whose_workers_die_three_times_is_given_up(
    settings: Settings, server: Exporting, gate: Gate, traces: Traces
) -> None:
    await gate.close()
    export = await server.start(report="gated")
    for attempt in (1, 2, 3):
        async with worker_process(settings) as worker:
            await until_attempt(gate, export, attempt)
            worker.send(signal.SIGKILL)
    async with worker_process(settings):
        status = await server.reached(export, "failed")

        assert status["error"]["code"] == "interrupted"
        assert "3 times" in status["error"]["detail"]
        await traces.until_none()
        await gate.until_queue_is_empty()


async def test_a_worker_that_was_stopped_for_long_leaves_the_export_to_the_other(
    settings: Settings, server: Exporting, gate: Gate, traces: Traces
) -> None:
    await gate.close()
    export = await server.start(report="gated")
    async with worker_process(settings, "first") as first:
        await traces.until_files(1)
        first.send(signal.SIGSTOP)
        async with worker_process(settings, "second") as second:
            await until_attempt(gate, export, 2)
            await gate.open()
            await server.reached(export, "completed")
            first.send(signal.SIGCONT)
            await first.until_said("export_stopped")
            await whole(server, traces, export)
            second.send(signal.SIGTERM)
            assert await second.ended(within=5) == 0

        assert not first.completed(export)
        assert await attempt_of(gate, export) == 2
        await gate.until_queue_is_empty()
        again = await server.start(report="small")
        await server.reached(again, "completed")
        assert first.completed(again)


async def test_a_worker_that_wakes_up_does_not_take_the_other_ones_place_in_the_queue(
    settings: Settings, server: Exporting, gate: Gate, traces: Traces
) -> None:
    """The second dies after the first has found out: somebody has to do it all the same."""
    await gate.close()
    export = await server.start(report="gated")
    async with worker_process(settings, "first") as first:
        await traces.until_files(1)
        first.send(signal.SIGSTOP)
        async with worker_process(settings, "second"):
            await until_attempt(gate, export, 2)
            first.send(signal.SIGCONT)
            await first.until_said("export_stopped")
            assert await gate.connection.fetchval(QUEUED) == 1
        await until_attempt(gate, export, 3)
        await gate.open()

        await whole(server, traces, export)


@pytest.mark.parametrize(("form", "times"), [("csv", 1), ("csv", 2), ("xlsx", 1)])
async def test_an_export_of_a_worker_that_is_told_to_end_goes_back_to_the_queue(
    settings: Settings, server: Exporting, gate: Gate, traces: Traces, *, form: str, times: int
) -> None:
    await gate.close()
    export = await server.start(form, report="gated")
    async with worker_process(settings, "first", quick=False) as first:
        await traces.until_files(1)
        for _ in range(times):
            first.send(signal.SIGTERM)
        assert await first.ended(within=6) == 0
        assert "Traceback" not in first.log
    await traces.until_none()
    status = await server.status(export)
    assert (status["status"], status["position"]) == ("pending", 1)
    await gate.open()

    async with worker_process(settings, "second", quick=False) as second:
        await server.reached(export, "completed")
        assert second.completed(export)
    assert await attempt_of(gate, export) == 2


async def test_to_be_told_to_end_is_no_death(
    settings: Settings, server: Exporting, gate: Gate, traces: Traces
) -> None:
    await gate.close()
    export = await server.start(report="gated")
    for attempt in (1, 2, 3, 4):
        async with worker_process(settings) as worker:
            await until_attempt(gate, export, attempt)
            worker.send(signal.SIGTERM)
            assert await worker.ended(within=6) == 0
    await gate.open()

    async with worker_process(settings):
        await whole(server, traces, export)


async def test_an_idle_worker_ends_at_once(settings: Settings, server: Exporting) -> None:
    del server  # whose database is that of the worker
    async with worker_process(settings) as worker:
        worker.send(signal.SIGTERM)

        assert await worker.ended(within=3) == 0


async def test_a_worker_ends_while_the_state_database_is_silent(
    settings: Settings, server: Exporting, gate: Gate, traces: Traces
) -> None:
    await gate.close()
    export = await server.start(report="gated")
    async with worker_process(settings) as worker:
        await traces.until_files(1)
        async with gate.connection.transaction():
            await gate.connection.execute("lock table rowstream.run in access exclusive mode")
            worker.send(signal.SIGTERM)
            assert await worker.ended(within=12) == 0
    await traces.until_none()
    await gate.open()

    async with worker_process(settings):
        await whole(server, traces, export)
