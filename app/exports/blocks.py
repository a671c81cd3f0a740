"""Bytes that are made off the event loop, a block at a time, and sent in pieces of 64 KiB."""

from collections.abc import AsyncGenerator, Iterator

from app.runs.aside import gathered, next_aside
from app.runs.frames import PIECE_BYTES


async def off_the_loop(made: Iterator[bytes]) -> AsyncGenerator[memoryview]:
    """What is made, in pieces of at most 64 KiB; nothing is made that is not asked for."""
    blocks = gathered(made)
    while block := await next_aside(blocks):
        for piece in slices(block):
            yield piece


def slices(block: bytes) -> list[memoryview]:
    """The block in parts of at most 64 KiB, not copied."""
    view = memoryview(block)
    return [view[start : start + PIECE_BYTES] for start in range(0, len(view), PIECE_BYTES)]
