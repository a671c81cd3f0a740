"""The measure of how long the event loop is held, held against a loop that is held."""

import asyncio
import time

from loadtests.heartbeat import Clocks, heartbeat

HELD_SECONDS = 0.05
MOST_SECONDS = 10.0


def work_for_a_while() -> None:
    """Hold the loop for that much CPU time."""
    end = time.thread_time() + HELD_SECONDS
    while time.thread_time() < end:
        sum(range(1000))


async def test_a_hold_is_seen_with_its_length_and_the_clocks_that_tell_whose_it_was() -> None:
    with heartbeat() as beating:
        await asyncio.sleep(0.01)
        beating.taken()
        work_for_a_while()
        await asyncio.sleep(0.01)
        longest = beating.taken()["gaps"][0]

    assert longest["held"] >= HELD_SECONDS * 1000
    assert longest["wall"] >= longest["held"]
    assert longest["loop"] >= HELD_SECONDS * 1000


async def test_the_place_of_a_hold_is_named() -> None:
    deadline = time.monotonic() + MOST_SECONDS
    with heartbeat() as beating:
        await asyncio.sleep(0.01)
        places: list[str] = []
        # The second thread may itself have to wait for a core.
        while not any("work_for_a_while" in place for place in places):
            assert time.monotonic() < deadline, f"only {places} were named"
            work_for_a_while()
            await asyncio.sleep(0.01)
            places += [gap["where"] for gap in beating.taken()["gaps"]]


async def test_what_was_told_is_forgotten() -> None:
    with heartbeat() as beating:
        work_for_a_while()
        await asyncio.sleep(0.01)
        beating.taken()

        assert not [gap for gap in beating.taken()["gaps"] if gap["held"] >= HELD_SECONDS * 1000]


def test_waiting_for_a_core_is_no_hold() -> None:
    assert Clocks(wall=0.1, loop=0.0, process=0.0, queued=0.1).held == 0
    assert Clocks(wall=0.1, loop=0.0, process=0.02, queued=0.0).held == 0.02
    assert Clocks(wall=0.1, loop=0.1, process=0.15, queued=0.0).held == 0.1
