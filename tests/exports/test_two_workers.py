"""Two workers over one queue: each export is done once, and none waits while one is free."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from app.settings import Settings
from tests.exports.exporting import Exporting
from tests.exports.gate import Gate, gated
from tests.exports.working_process import worker_process

EXPORTS = 30
ATTEMPTS = "select attempt, status from rowstream.run where kind = 'export'"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return gated(settings, most=EXPORTS)


def files_in(data: Path) -> list[str]:
    return [each.name for each in (data / "files").iterdir()]


async def test_each_export_is_done_once_and_both_work(
    settings: Settings, server: Exporting
) -> None:
    async with AsyncExitStack() as stack:
        workers = [
            await stack.enter_async_context(worker_process(settings, name, quick=False))
            for name in ("first", "second")
        ]
        exports = [await server.start(report="small", n=2000) for _ in range(EXPORTS)]
        await asyncio.gather(*(server.reached(each, "completed") for each in exports))

        done = [sum(each.completed(export) for export in exports) for each in workers]
        assert sum(done) == EXPORTS
        assert min(done) > 0
    connection = await asyncpg.connect(settings.database_url)
    try:
        rows = [tuple(row) for row in await connection.fetch(ATTEMPTS)]
    finally:
        await connection.close()
    assert rows == [(1, "completed")] * EXPORTS
    assert not [each for each in files_in(settings.data) if "#" in each or ".1." not in each]


async def test_a_worker_of_one_slot_leaves_the_second_export_to_the_other(
    settings: Settings, server: Exporting, gate: Gate
) -> None:
    await gate.close()
    single = replace(settings, export_slots=1)
    async with AsyncExitStack() as stack:
        for name in ("first", "second"):
            await stack.enter_async_context(worker_process(single, name))
        exports = [await server.start(report="gated") for _ in range(3)]
        for each in exports[:2]:
            await server.reached(each, "processing")
        assert (await server.status(exports[2]))["status"] == "pending"
        await gate.open()

        for each in exports:
            await server.reached(each, "completed")
