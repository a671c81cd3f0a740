"""Tasks that stop others, and work that nothing stops half-way."""

import asyncio


def this_task() -> "asyncio.Task[object]":
    """The current task; RuntimeError outside of one, which is a fault of ours."""
    task = asyncio.current_task()
    if task is None:
        message = "this is done in a task"
        raise RuntimeError(message)
    return task


async def to_its_end(work: "asyncio.Future[None]") -> asyncio.CancelledError | None:
    """Wait for work that no cancellation stops; a cancellation comes back, to be raised."""
    cancelled = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as error:
            cancelled = error
    work.result()
    return cancelled
