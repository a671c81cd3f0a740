"""Who follows a run keeps it going, from the moment he comes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import asyncpg
import pytest

from app.runs.run import RunId
from app.settings import Settings
from tests.serving import Served, serving_reports, until
from tests.wire import asked

LONG_AGO = "update rowstream.run set followed_at = now() - interval '1 hour' returning heartbeat"


async def next_beat(state: "asyncpg.Connection[asyncpg.Record]", last: datetime) -> datetime:
    """When the run's process gave its next sign of life."""
    async with asyncio.timeout(10):
        while True:
            beat = await state.fetchval("select heartbeat from rowstream.run")
            if beat != last:
                return beat
            await asyncio.sleep(0.05)


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Served]:
    async with serving_reports(replace(settings, follower_grace=60.0)) as served:
        yield served


@pytest.fixture
async def state(server: Served) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(server.settings.state_url)
    yield connection
    await connection.close()


async def test_a_follower_is_seen_when_he_comes_and_not_only_when_he_goes(server: Served) -> None:
    run = RunId(await server.start("sleeping"))
    await until(lambda: run not in server.runs.seen, "saying who looked")
    with server.runs.following(run):
        assert run in server.runs.seen


async def test_a_run_that_is_followed_here_is_not_ended_by_a_registry_that_lags(
    server: Served, state: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    run = RunId(await server.start("sleeping"))
    async with asked(server.url, f"/api/runs/{run}/stream") as wire:
        await wire.take()
        await until(lambda: run not in server.runs.seen, "saying who looked")
        beat = await state.fetchval(LONG_AGO)
        for _ in range(2):  # at the second one what the first one learned is done
            beat = await next_beat(state, beat)
        assert (await server.runs.get(run)).status == "processing"
