"""What `rowstream export` writes to: a new file, or standard output, whose reader takes his time.

A write that waits for a reader hears no signal, and the program could not be ended. So it is asked
first whether there is room: what is ready takes so much as fits into a pipe's buffer at once.
"""

import asyncio
import os
import select
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from app.errors import Storage

OUTPUT_NUMBER = 1  # standard output's descriptor
PART_BYTES = select.PIPE_BUF  # what a pipe that is ready takes without waiting (pipe(7))

Write = Callable[[bytes], Awaitable[None]]


class OutputClosed(Exception):
    """Who reads our standard output has had enough."""


@contextmanager
def said(what: str) -> Generator[None]:
    """In a sentence what the system does not let us do."""
    try:
        yield
    except BrokenPipeError as error:
        raise OutputClosed from error
    except OSError as error:
        raise Storage(f"{what} cannot be written: {error.strerror}.") from error


@asynccontextmanager
async def new_file(path: Path) -> AsyncGenerator[Write]:
    """What writes a file that is not there yet."""
    with said("The file"):
        file = path.open("xb")
    with file:
        yield partial(_write, file)
        with said("The file"):
            file.flush()


@asynccontextmanager
async def standard_output() -> AsyncGenerator[Write]:
    """What writes there. Without a buffer: nothing is left when its reader goes."""
    with os.fdopen(os.dup(OUTPUT_NUMBER), "wb", buffering=0) as file:
        yield partial(_write_patiently, file.fileno())


async def _write(file: BinaryIO, data: bytes) -> None:
    with said("The output"):
        file.write(data)


async def _write_patiently(output: int, data: bytes) -> None:
    view = memoryview(data)
    with said("The output"):
        while view:
            if not _is_ready(output):
                await _ready(output)
            view = view[os.write(output, view[:PART_BYTES]) :]


def _is_ready(output: int) -> bool:
    poll = select.poll()
    poll.register(output, select.POLLOUT)
    return bool(poll.poll(0))


async def _ready(output: int) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_writer(output, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(output)
