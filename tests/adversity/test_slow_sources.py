"""Rows that come slowly are shown as they come, and a source that brings none is said to live."""

import asyncio
from itertools import pairwise

import pytest

from tests.adversity.live import live
from tests.readers import both_readers
from tests.serving import Served

# A second of `progress` beyond the two that it may take, for a busy machine.
NOISE = 1.0

pytestmark = pytest.mark.slow


async def test_a_hundred_rows_a_second_are_shown_within_a_second_and_every_second(
    server: Served,
) -> None:
    began = asyncio.get_running_loop().time()
    run = await server.start("paced")
    async with live(server.url, run) as follower:
        await follower.until_rows(350)

    shown = follower.seconds("chunk")
    assert follower.times[0][0] - began + shown[0] < 1 + NOISE
    assert max(later - sooner for sooner, later in pairwise(shown)) < 1 + NOISE


async def test_rows_of_a_slow_source_come_in_small_chunks(server: Served) -> None:
    run = await server.start("paced")
    async with live(server.url, run) as follower:
        await follower.until_rows(200)

    assert len(follower.ledger.rows) / follower.ledger.chunks < 100


@both_readers
async def test_a_sort_that_takes_seconds_says_that_it_lives(server: Served) -> None:
    run = await server.start("sorting")
    async with live(server.url, run) as follower:
        await follower.until_end()

    assert follower.ledger.end["rows"] == 10
    assert follower.seconds("completed")[0] > 4
    assert follower.longest_silence < 2 + NOISE


@both_readers
async def test_a_source_that_suddenly_slows_down_says_that_it_lives(server: Served) -> None:
    run = await server.start("stumbling")
    async with live(server.url, run) as follower:
        await follower.until_end()

    assert follower.ledger.end["rows"] == 4000
    assert follower.seconds("completed")[0] > 4
    assert follower.longest_silence < 2 + NOISE


@both_readers
async def test_rows_before_a_standstill_are_shown(server: Served) -> None:
    run = await server.start("lasting", n=2500)
    async with live(server.url, run) as follower:
        await follower.until_rows(2000)

    assert follower.ledger.rows[-1][0] == str(len(follower.ledger.rows))
