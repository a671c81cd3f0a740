"""Tasks that stop others, and work that nothing stops half-way."""

import asyncio
from typing import Any


def this_task() -> "asyncio.Task[object]":
    """The current task; RuntimeError outside of one, which is a fault of ours."""
    task = asyncio.current_task()
    if task is None:
        message = "this is done in a task"
        raise RuntimeError(message)
    return task


async def to_its_end(work: "asyncio.Future[Any]") -> asyncio.CancelledError | None:
    """Wait until work is done that no cancellation stops; one comes back, to be raised.

    There can be many: a cancelled scope of anyio's cancels again at every turn of the loop.
    """
    cancelled = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as error:
            cancelled = error
    return cancelled
