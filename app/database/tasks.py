"""Tasks that stop others, and work that nothing stops half-way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


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


async def finished(work: Awaitable[T]) -> T:
    """What work gives, done to its end: whoever cancels may then clean up what it used."""
    doing = asyncio.ensure_future(work)
    cancelled = await to_its_end(doing)
    if cancelled is not None:
        doing.exception()  # nobody is left to hear of it
        raise cancelled
    return doing.result()


async def in_thread(work: Callable[[], T]) -> T:
    """The same in a thread."""
    return await finished(asyncio.get_running_loop().run_in_executor(None, work))


async def in_time(work: "asyncio.Future[Any]", seconds: float) -> asyncio.CancelledError | None:
    """Wait until work is done; once cancelled, so many seconds at most. A cancellation comes back,
    to be raised.
    """
    try:
        await asyncio.wait([work])
    except asyncio.CancelledError as cancelled:
        await to_its_end(asyncio.ensure_future(asyncio.wait([work], timeout=seconds)))
        return cancelled
    return None
