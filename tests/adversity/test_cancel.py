"""A run is cancelled at any moment: its backend stops, its rows stay, its followers are told.

So it is whichever reader reads it: a COPY that is ended in its middle leaves nothing either.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest

from app.settings import Settings
from tests.adversity.backends import Backends, backends_of
from tests.adversity.live import live
from tests.readers import both_readers
from tests.serving import Served, serving_reports

STOP_SECONDS = 0.1
TRIES = 4  # the machine's noise may spoil some
POOL = 2  # so small that a connection which does not come back whole is missed
SHOWN = 2400  # rows of "lasting" that are surely there: COPY keeps up to 8 KB of them back

pytestmark = both_readers


@pytest.fixture
async def backends(database_url: str) -> AsyncIterator[Backends]:
    async with backends_of(database_url) as found:
        yield found


async def cancel(client: httpx.AsyncClient, run: str) -> dict[str, Any]:
    """The answer of a cancel that has ended the run."""
    answer = await client.post(f"/api/reports/cancel/{run}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def stop_seconds(server: Served, backends: Backends, run: str) -> float:
    """From the wish to cancel until no backend works for the run."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    cancelling = asyncio.create_task(cancel(server.client, run))
    await backends.until(run, 0)
    seconds = loop.time() - began
    assert (await cancelling)["status"] == "cancelled"
    return seconds


async def kept(server: Served, run: str) -> list[dict[str, Any]]:
    """The rows that the run can be asked for after its end."""
    answer = await server.client.get(f"/api/runs/{run}/rows.ndjson")
    assert "-partial.ndjson" in answer.headers["content-disposition"]
    return [orjson.loads(line) for line in answer.text.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("report", "arguments", "busy"),
    [
        ("sorting", {"seconds": 60}, 1),
        ("paced", {}, 1),
        ("lasting", {"n": 0}, 1),
        ("narrow", {"n": 50_000_000}, 2),
        ("uncounted", {"n": 50_000_000}, 1),
        ("sorted", {"n": 10_000_000}, 1),
    ],
    ids=[
        "before the first row",
        "while rows trickle",
        "at a standstill",
        "counting",
        "at full speed",
        "in a sort",
    ],
)
async def test_the_backends_stop_within_100_ms(
    server: Served, backends: Backends, report: str, arguments: dict[str, Any], busy: int
) -> None:
    times: list[float] = []
    while len(times) < TRIES and min(times, default=1) > STOP_SECONDS:
        run = await server.start(report, **arguments)
        await backends.until(run, busy)
        times.append(await stop_seconds(server, backends, run))

    assert min(times) < STOP_SECONDS


async def test_the_rows_so_far_stay_and_can_be_downloaded(server: Served) -> None:
    run = await server.start("paced")
    async with live(server.url, run) as follower:
        await follower.until_rows(30)
        cancelled = await cancel(server.client, run)
        await follower.until_end()

    rows = await kept(server, run)
    assert [row["i"] for row in rows] == list(range(1, cancelled["rows"] + 1))
    assert len(rows) == len(follower.ledger.rows) >= 30


async def test_followers_are_told(server: Served) -> None:
    run = await server.start("paced")
    async with live(server.url, run) as first, live(server.url, run) as second:
        await first.until_rows(1)
        await cancel(server.client, run)
        await first.until_end()
        await second.until_end()

    assert first.ledger.events == second.ledger.events
    assert (first.ledger.end["status"], first.ledger.end["reason"]) == ("cancelled", "user")
    assert first.ledger.end["rows"] == len(first.ledger.rows)


async def test_a_run_that_waits_in_line_is_cancelled_there(settings: Settings) -> None:
    async with serving_reports(replace(settings, pool=1)) as server:
        first = await server.start("lasting")
        run = await server.start("narrow")
        async with live(server.url, run) as follower:
            await follower.until_event("progress")
            cancelled = await cancel(server.client, run)
            await follower.until_end()

        assert (cancelled["status"], cancelled["rows"], cancelled["started_at"]) == (
            "cancelled",
            0,
            None,
        )
        assert [event.type for event in follower.ledger.events][-1] == "cancelled"
        await cancel(server.client, first)


async def test_a_run_without_rows_is_cancelled_and_its_download_is_empty(server: Served) -> None:
    run = await server.start("sorting", seconds=60)

    assert (await cancel(server.client, run))["rows"] == 0
    assert await kept(server, run) == []


async def test_cancelled_again_it_is_the_same(server: Served) -> None:
    run = await server.start("paced")
    first, second = await asyncio.gather(cancel(server.client, run), cancel(server.client, run))
    third = await cancel(server.client, run)

    assert first == second == third
    assert first["reason"] == "user"


async def test_several_clients_at_once_are_told_the_same(server: Served) -> None:
    run = await server.start("uncounted", n=50_000_000)
    async with live(server.url, run) as follower:
        await follower.until_rows(1000)
        told = await asyncio.gather(*(cancel(server.client, run) for _ in range(5)))
        await follower.until_end()

    assert all(each == told[0] for each in told)
    assert told[0]["rows"] == follower.ledger.end["rows"] == len(follower.ledger.rows)


async def test_a_delete_cancels_too(server: Served) -> None:
    run = await server.start("paced")
    answer = await server.client.delete(f"/api/runs/{run}")

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


async def test_a_run_that_has_ended_stays_as_it_is(server: Served) -> None:
    run = await server.finished("narrow")

    assert (await cancel(server.client, run))["status"] == "completed"


@pytest.mark.slow
async def test_cancelled_around_its_end_it_tells_one_end_and_all_of_its_rows(
    server: Served,
) -> None:
    for number in range(30):
        run = await server.start("narrow", n=3000)
        await asyncio.sleep(number / 1000)
        async with live(server.url, run) as follower:
            told = await cancel(server.client, run)
            await follower.until_end()

        assert told["status"] == follower.ledger.end["status"]
        assert told["rows"] == follower.ledger.end["rows"] == len(follower.ledger.rows)


async def test_another_client_cancels_it(server: Served) -> None:
    run = await server.start("paced")
    async with httpx.AsyncClient(base_url=server.url, cookies={"rowstream_owner": "x" * 32}) as she:
        assert (await cancel(she, run))["status"] == "cancelled"


async def test_another_server_cancels_it(server: Served, settings: Settings) -> None:
    run = await server.start("paced")
    async with serving_reports(settings) as other, live(other.url, run) as follower:
        await follower.until_rows(1)
        cancelled = await cancel(other.client, run)
        await follower.until_end()

    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "user")
    assert follower.ledger.end["rows"] == len(follower.ledger.rows) == cancelled["rows"]


async def test_whom_the_operator_ends_is_told_so(server: Served, backends: Backends) -> None:
    run = await server.start("lasting")
    async with live(server.url, run) as follower:
        await follower.until_rows(SHOWN)
        for pid in await backends.of(run):
            await backends.connection.execute(f"select pg_cancel_backend({pid})")
        await follower.until_end()

    assert follower.ledger.end["reason"] == "operator"


@pytest.mark.slow
@pytest.mark.parametrize("report", ["lasting", "sorted", "wide"])
async def test_after_cancels_every_connection_is_whole(
    settings: Settings, backends: Backends, report: str
) -> None:
    """Each comes at another moment; then the same few connections read whole results again."""
    async with serving_reports(replace(settings, pool=POOL)) as server:
        for number in range(4 * POOL):
            run = await server.start(report)
            await asyncio.sleep(number / 50)
            await cancel(server.client, run)
            await backends.until(run, 0)

        runs = [await server.start("narrow", n=5000) for _ in range(2 * POOL)]
        for run in runs:
            events = await server.events(f"/api/runs/{run}/stream")
            assert (events[-1].type, orjson.loads(events[-1].data)["rows"]) == ("completed", 5000)
            await backends.until(run, 0)
