"""The stop of a process: only forwards, and obeyed by what is under way."""

import asyncio

import pytest

from app.runs.stop import Abandoned, Stop


def test_the_first_request_drains_and_the_second_forces() -> None:
    stop = Stop()
    states = [(stop.draining, stop.forced)]
    for _ in range(3):
        stop.begin()
        states.append((stop.draining, stop.forced))

    assert states == [(False, False), (True, False), (True, True), (True, True)]


async def test_who_waits_is_told() -> None:
    stop = Stop()
    waiting = [asyncio.create_task(each()) for each in (stop.wait_draining, stop.wait_forced)]
    await asyncio.sleep(0)

    stop.begin()
    await waiting[0]
    assert not waiting[1].done()
    stop.begin()
    await waiting[1]


async def wait_for_ever(stop: Stop) -> None:
    async with stop.abandoning():
        await asyncio.Event().wait()


async def test_what_is_under_way_is_abandoned_when_draining_begins() -> None:
    stop = Stop()
    working = asyncio.create_task(wait_for_ever(stop))
    await asyncio.sleep(0)

    stop.begin()

    with pytest.raises(Abandoned):
        await working


async def test_what_is_done_before_is_not_abandoned() -> None:
    stop = Stop()
    async with stop.abandoning():
        await asyncio.sleep(0)
    stop.begin()

    await asyncio.sleep(0)


async def time_out(stop: Stop) -> None:
    async with stop.abandoning():
        raise TimeoutError


async def test_a_timeout_of_the_work_is_its_own() -> None:
    with pytest.raises(TimeoutError):
        await time_out(Stop())


async def test_a_cancellation_is_a_cancellation() -> None:
    working = asyncio.create_task(wait_for_ever(Stop()))
    await asyncio.sleep(0)
    working.cancel()
    await asyncio.wait([working])

    assert working.cancelled()
