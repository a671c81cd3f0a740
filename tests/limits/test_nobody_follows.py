"""A run that nobody follows is cancelled after the grace; whoever looks at it follows it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from app.runs.run import RunId
from tests.ledger import Ledger
from tests.limits.state import until_final
from tests.readers import both_readers
from tests.serving import Served
from tests.wire import asked, followed

Serve = Callable[..., Awaitable[Served]]
GRACE = 1.5
LOOK_SECONDS = 0.2
LONG = 3.0  # two graces: who is not seen as a follower has lost his run by then

pytestmark = pytest.mark.slow


@pytest.fixture
async def server(serve: Serve) -> Served:
    return await serve(follower_grace=GRACE, runs_per_owner=50)


@both_readers
async def test_a_run_that_nobody_followed_ends_and_keeps_its_rows(server: Served) -> None:
    run = await server.start("steady")

    ended = await until_final(server, run)
    kept = await server.client.get(f"/api/runs/{run}/rows.ndjson")

    assert (ended.status, ended.reason) == ("cancelled", "follower_left")
    assert kept.text.count("\n") == ended.rows > 0


async def test_the_grace_begins_when_the_last_follower_leaves(server: Served) -> None:
    run = await server.start("steady")
    async with asked(server.url, f"/api/runs/{run}/stream") as wire:
        await asyncio.wait_for(followed_for(wire.events(), LONG), LONG * 3)
        left_at = asyncio.get_running_loop().time()
        assert not (await server.runs.get(RunId(run))).is_final

    ended = await until_final(server, run)

    assert ended.reason == "follower_left"
    assert asyncio.get_running_loop().time() - left_at > GRACE - 0.2


async def followed_for(events: AsyncIterator[object], seconds: float) -> None:
    """Take events for so long."""
    until = asyncio.get_running_loop().time() + seconds
    async for _ in events:
        if asyncio.get_running_loop().time() > until:
            return


@pytest.mark.parametrize("address", ["", "/chunks", "/chunks/1", "/rows.csv"])
async def test_a_look_now_and_then_keeps_a_run_going(server: Served, address: str) -> None:
    run = await server.start("steady" if address != "/rows.csv" else "sleeping")

    await look(server.client, f"/api/runs/{run}{address}", seconds=LONG)

    assert (await server.runs.get(RunId(run))).status == "processing"


async def look(client: httpx.AsyncClient, path: str, *, seconds: float) -> None:
    """GET the address again and again for so long."""
    until = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < until:
        await client.get(path)
        await asyncio.sleep(LOOK_SECONDS)


async def test_a_list_of_runs_keeps_none_of_them_going(server: Served) -> None:
    run = await server.start("steady")

    await look(server.client, "/api/runs", seconds=LONG)

    assert (await until_final(server, run)).reason == "follower_left"


async def test_a_run_that_waits_in_line_unfollowed_leaves_it(serve: Serve) -> None:
    server = await serve(follower_grace=GRACE, pool=1)
    async with asked(server.url, "/api/reports/stream/steady") as wire:
        await wire.take()
        waiting = await server.start("numbers")

        ended = await until_final(server, waiting)

    assert (ended.reason, ended.started_at) == ("follower_left", None)


async def test_whoever_comes_within_the_grace_has_the_whole_run(serve: Serve) -> None:
    server = await serve(follower_grace=4.0)
    run = await server.start("sorting", seconds=5)
    await asyncio.sleep(LONG)

    ledger = Ledger()
    for event in await followed(server.url, f"/api/runs/{run}/stream"):
        ledger.take(event)

    assert (ledger.end["status"], len(ledger.rows)) == ("completed", 10)
