"""While nothing happens a page can hear that the line lives: pings, and only then."""

import asyncio

import pytest

from app.stream.response import PING_SECONDS
from tests.decoding import CODINGS, Coding
from tests.following import following
from tests.serving import Served, until
from tests.sse_client import Event
from tests.wire import asked

SHORT = 0.05


@pytest.mark.parametrize("coding", CODINGS)
async def test_silence_is_filled_with_pings_that_move_no_id(server: Served, coding: Coding) -> None:
    run, heard = await server.start("sleeping"), list[Event]()
    async with (
        asyncio.timeout(10),
        following(server, run, ping_seconds=SHORT, coding=coding) as wire,
    ):
        while sum(event.type == "ping" for event in heard) < 5:
            heard += await wire.take()

    ids = [event.id for event in heard]
    assert {event.data for event in heard if event.type == "ping"} == {"{}"}
    assert ids == sorted(ids, key=lambda each: int(each.rpartition(".")[2]))
    assert int(ids[-1].rpartition(".")[2]) == sum(event.type != "ping" for event in heard)


@pytest.mark.slow
async def test_events_take_the_place_of_pings(server: Served) -> None:
    run = await server.start("live")
    async with following(server, run, ping_seconds=1.0) as wire:
        heard = [event.type async for event in wire.events()]

    assert (heard[-1], heard.count("ping")) == ("completed", 0)


def test_a_ping_comes_every_15_seconds_as_the_standard_suggests() -> None:
    assert PING_SECONDS == 15.0


async def test_nobody_follows_any_more_when_a_follower_has_left(server: Served) -> None:
    run = await server.start("sleeping")
    async with asked(server.url, f"/api/runs/{run}/stream") as wire:
        await wire.take()
        assert server.runs.followers == 1

    await until(lambda: server.runs.followers == 0, "noticing that the follower left")


async def test_a_stream_of_a_cancelled_run_ends_at_once(server: Served) -> None:
    run = await server.start("sleeping")
    async with asyncio.timeout(5), asked(server.url, f"/api/runs/{run}/stream") as wire:
        await wire.take()
        await server.client.delete(f"/api/runs/{run}")
        heard = [event async for event in wire.events()]

    assert heard[-1].type == "cancelled"
    assert '"reason":"user"' in heard[-1].data
