"""The task that runs now, for what has to stop it from elsewhere."""

import asyncio


def this_task() -> "asyncio.Task[object]":
    """The current task; RuntimeError outside of one, which is a fault of ours."""
    task = asyncio.current_task()
    if task is None:
        message = "this is done in a task"
        raise RuntimeError(message)
    return task
