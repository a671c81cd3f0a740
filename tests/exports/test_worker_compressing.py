"""A worker ends while it compresses a file that is published: another makes what is missing."""

import signal

import pytest

from app.settings import Settings
from tests.exports.exporting import Exporting
from tests.exports.gate import COMPRESSED, HOLD, Gate, gated
from tests.exports.traces import Traces
from tests.exports.working_process import worker_process

ZSTD_ADDED = f"{COMPRESSED} and old.file -> 'codings' ? 'gzip'"
END_WAITING = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock'
"""
ATTEMPT = "select attempt from rowstream.run where id = $1"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return gated(settings)


async def die(settings: Settings, server: Exporting, gate: Gate, how: signal.Signals) -> str:
    """The id of an export whose worker ended so, when the gate held one of its forms."""
    export = await server.start(report="small")
    async with worker_process(settings, "first") as first:
        await gate.until_held()
        first.send(how)
        await first.ended(within=6)
    await gate.connection.execute(END_WAITING)
    await gate.open(HOLD)
    return export


async def assert_forms(server: Exporting, export: str) -> None:
    """Its file can be had in both codings, and both say the same."""
    plain = await server.file(export, **{"Accept-Encoding": "identity"})
    for coding in ("gzip", "zstd"):
        answer = await server.file(export, **{"Accept-Encoding": coding})
        assert answer.headers["content-encoding"] == coding
        assert answer.content == plain.content


@pytest.mark.parametrize(
    ("how", "held"),
    [
        (signal.SIGKILL, COMPRESSED),
        (signal.SIGKILL, ZSTD_ADDED),
        (signal.SIGTERM, COMPRESSED),
    ],
)
async def test_another_worker_makes_the_forms_that_are_missing(
    settings: Settings,
    server: Exporting,
    gate: Gate,
    traces: Traces,
    *,
    how: signal.Signals,
    held: str,
) -> None:
    await gate.hold_at(held)
    export = await die(settings, server, gate, how)
    async with worker_process(settings, "second") as second:
        await second.until_said("export_compressed")
        files = await traces.until_files(3)

        assert all(each.startswith(f"files/{export}.") and "#" not in each for each in files)
        await assert_forms(server, export)
        await gate.until_queue_is_empty()


async def test_forms_that_kill_their_workers_are_given_up(
    settings: Settings, server: Exporting, gate: Gate
) -> None:
    await gate.hold_at(COMPRESSED)
    export = await server.start(report="small")
    for name in ("first", "second", "third"):
        async with worker_process(settings, name) as worker:
            await gate.until_held()
            worker.send(signal.SIGKILL)
        await gate.connection.execute(END_WAITING)
    async with worker_process(settings, "fourth"):
        await gate.until_queue_is_empty()

    assert await gate.connection.fetchval(ATTEMPT, export) == 3
    assert "content-encoding" not in (await server.file(export)).headers
