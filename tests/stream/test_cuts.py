"""The client's connection is cut, again and again: it resumes, and has each row exactly once.

Cuts at random bytes come from a seed that the test's name carries; a failure is repeated by it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from tests.decoding import CODINGS, Coding
from tests.ledger import Ledger
from tests.serving import Served
from tests.wire import READ_BYTES, asked

SMALL_BUFFER = 4096
STEP_BYTES = 2048
STEP_SECONDS = 0.0005

Resume = Callable[[Ledger, Coding], Awaitable[None]]


def place(ledger: Ledger, *, by_header: bool) -> tuple[str, str]:
    """Both ways to say where to go on: the query of the address, and `Last-Event-ID`."""
    return ("", ledger.last_id) if by_header else (f"?after={ledger.number}", "")


async def follow_until(
    server: Served, path: str, ledger: Ledger, *, events: int, coding: Coding, by_header: bool
) -> None:
    """Take events until the ledger has so many, then cut."""
    query, last = place(ledger, by_header=by_header)
    async with asked(server.url, path + query, coding=coding, last_event_id=last) as wire:
        async for event in wire.events():
            ledger.take(event)
            if ledger.number == events:
                return


async def follow_bytes(
    server: Served, path: str, ledger: Ledger, *, most: int, coding: Coding, slow: bool
) -> None:
    """Take so many bytes, head included, then cut."""
    query, last = place(ledger, by_header=most % 2 == 0)
    step, buffer = (STEP_BYTES, SMALL_BUFFER) if slow else (READ_BYTES, None)
    async with asked(
        server.url, path + query, coding=coding, buffer=buffer, last_event_id=last
    ) as wire:
        while not wire.whole and wire.received < most:
            for event in await wire.take(min(step, most - wire.received)):
                ledger.take(event)
            await asyncio.sleep(STEP_SECONDS if slow else 0)


def chances(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - that it can be repeated is the point


async def uncut(server: Served, run: str) -> Ledger:
    ledger = Ledger()
    for event in await server.events(f"/api/runs/{run}/stream", **{"accept-encoding": "identity"}):
        ledger.take(event)
    return ledger


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_cut_after_any_event_loses_nothing_and_doubles_nothing(
    server: Served, coding: Coding
) -> None:
    run = await server.finished("small_chunks")
    whole, path = await uncut(server, run), f"/api/runs/{run}/stream"
    for cut in range(whole.number):
        ledger = Ledger()
        for until in (cut, whole.number):
            await follow_until(
                server, path, ledger, events=until, coding=coding, by_header=cut % 2 == 0
            )
        assert (ledger.events, ledger.rows) == (whole.events, whole.rows), f"cut after {cut}"


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_follower_that_is_cut_after_every_event_gets_them_all(
    server: Served, coding: Coding
) -> None:
    run = await server.finished("small_chunks")
    whole, ledger = await uncut(server, run), Ledger()
    for until in range(1, whole.number + 1):
        path = f"/api/runs/{run}/stream"
        await follow_until(server, path, ledger, events=until, coding=coding, by_header=True)

    assert (ledger.events, ledger.rows) == (whole.events, whole.rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("speed", "seed"), [("full speed", 1), ("full speed", 2), ("throttled", 3)]
)
@pytest.mark.parametrize("coding", CODINGS)
async def test_cuts_at_random_bytes_lose_nothing_and_double_nothing(
    server: Served, coding: Coding, speed: str, seed: int
) -> None:
    run = await server.finished("long")
    whole, ledger, chance = await uncut(server, run), Ledger(), chances(seed)
    cuts = 0
    while not ledger.ended:
        most = chance.choice([chance.randrange(1, 900), chance.randrange(1, 400_000)])
        path, slow = f"/api/runs/{run}/stream", speed == "throttled"
        await follow_bytes(server, path, ledger, most=most, coding=coding, slow=slow)
        cuts += 1

    assert (ledger.events, ledger.rows) == (whole.events, whole.rows)
    assert cuts > 10


@pytest.mark.slow
@pytest.mark.parametrize("coding", CODINGS)
async def test_cuts_while_the_run_goes_on_lose_nothing_and_double_nothing(
    server: Served, coding: Coding
) -> None:
    """By the one-line address, as an EventSource does: it resumes, and starts nothing more."""
    path, ledger, chance = "/api/reports/stream/live", Ledger(), chances(coding)
    while not ledger.ended:
        until = ledger.number + chance.randrange(1, 5)
        await follow_until(server, path, ledger, events=until, coding=coding, by_header=True)

    listed = (await server.client.get("/api/runs")).json()["runs"]
    assert [each["report"] for each in listed] == ["live"]
    assert [row[0] for row in ledger.rows] == [str(number) for number in range(1, 301)]


@pytest.mark.slow
async def test_two_followers_that_resume_at_the_same_event_get_the_same(server: Served) -> None:
    path, first = "/api/reports/stream/live", Ledger()
    await follow_until(server, path, first, events=10, coding="zstd", by_header=True)
    second = Ledger(first.last_id, first.number, first.chunks, [*first.rows], [*first.events])
    async with asyncio.TaskGroup() as tasks:
        for ledger in (first, second):
            tasks.create_task(
                follow_until(server, path, ledger, events=-1, coding="gzip", by_header=True)
            )

    assert first.ended
    assert first.events == second.events


@pytest.mark.slow
async def test_replay_goes_over_into_live_without_a_gap(server: Served) -> None:
    """Followers that come at every moment of a run, in every coding, see one history."""
    run = await server.start("live")
    path, ledgers = f"/api/runs/{run}/stream", [Ledger() for _ in range(15)]
    async with asyncio.timeout(15), asyncio.TaskGroup() as tasks:
        for late, ledger in enumerate(ledgers):
            coding = CODINGS[late % 3]
            tasks.create_task(
                follow_until(server, path, ledger, events=-1, coding=coding, by_header=False)
            )
            waiting = Ledger()
            await follow_until(
                server, path, waiting, events=5 * late + 1, coding="zstd", by_header=False
            )

    assert all(ledger.ended for ledger in ledgers)
    assert all(ledger.events == ledgers[0].events for ledger in ledgers)
