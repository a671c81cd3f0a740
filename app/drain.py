"""How a serving process ends, step by step, and what each step waits for.

    draining     starts are refused, all else is served    until no run is left, or the grace period
    interrupting the remaining runs end as interrupted     until their final events are written
    delivering   followers get their final event           until all have it, or 2 s
    cutting      who has not taken it by then is cut off   at once

A second signal goes straight to the last step.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import structlog

from app.runs.stop import Stop

DELIVER_SECONDS = 2.0
LOOK_SECONDS = 0.05

log = structlog.get_logger()


class InProgress(Protocol):
    """The runs of this process, as far as its end is concerned."""

    @property
    def active(self) -> int:
        """Runs in progress."""
        ...

    @property
    def followers(self) -> int:
        """Open event streams."""
        ...

    async def interrupt_all(self) -> None:
        """End all runs; returns when their final events are written."""
        ...


class Traffic(Protocol):
    """The connections of this process."""

    @property
    def quiet(self) -> bool:
        """Whether nothing is being answered or sent."""
        ...

    def cut(self) -> None:
        """Drop the connections on which something still is."""
        ...


async def drained(stop: Stop, runs: InProgress, traffic: Traffic, *, grace: float) -> None:
    """Return when the server may exit: after the stop has begun and the steps above are done."""
    await stop.wait_draining()
    log.info("draining", runs=runs.active, followers=runs.followers, grace_seconds=grace)
    gently = asyncio.create_task(_gently(runs, traffic, grace))
    forced = asyncio.create_task(stop.wait_forced())
    try:
        await asyncio.wait([gently, forced], return_when=asyncio.FIRST_COMPLETED)
    finally:
        forced.cancel()
        gently.cancel()
        await asyncio.wait([gently, forced])
    if not gently.cancelled():
        gently.result()
    traffic.cut()
    log.info("drained", forced=stop.forced)


async def _gently(runs: InProgress, traffic: Traffic, grace: float) -> None:
    await _until(lambda: runs.active == 0, grace)
    log.info("interrupting", runs=runs.active)
    with suppress(TimeoutError):
        await asyncio.wait_for(runs.interrupt_all(), DELIVER_SECONDS)
    await _until(lambda: traffic.quiet, DELIVER_SECONDS)


async def _until(reached: Callable[[], bool], seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not reached():  # noqa: ASYNC110  (a socket's buffer tells nobody)
                await asyncio.sleep(LOOK_SECONDS)
