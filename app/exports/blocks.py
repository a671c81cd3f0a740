"""Bytes that are made off the event loop, a block at a time, and sent in pieces of 64 KiB."""

from collections.abc import AsyncGenerator, Iterator

from app.runs.aside import next_aside

# One send of a response; also the least that is made at a time.
PIECE_BYTES = 64 * 1024


async def off_the_loop(made: Iterator[bytes]) -> AsyncGenerator[memoryview]:
    """What is made, in pieces of at most 64 KiB; nothing is made that is not asked for."""
    blocks = gathered(made)
    while block := await next_aside(blocks):
        for piece in slices(block):
            yield piece


def gathered(made: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of at least 64 KiB, but for the last; none is empty."""
    parts, size = list[bytes](), 0
    for part in made:
        parts.append(part)
        size += len(part)
        if size >= PIECE_BYTES:
            yield parts[0] if len(parts) == 1 else b"".join(parts)
            parts, size = [], 0
    if size:
        yield b"".join(parts)


def slices(block: bytes) -> list[memoryview]:
    """The block in parts of at most 64 KiB, not copied."""
    view = memoryview(block)
    return [view[start : start + PIECE_BYTES] for start in range(0, len(view), PIECE_BYTES)]
