"""Makes pieces in a thread, where making them would hold the event loop."""

from collections.abc import Iterator
from functools import partial

from app.database.tasks import in_thread
from app.runs.frames import PIECE_BYTES


async def next_aside(pieces: Iterator[bytes]) -> bytes | None:
    """The next piece, made in a thread; None at the end.

    Who is cancelled waits for the thread: it reads files that are closed afterwards, and an
    iterator cannot be closed while somebody is in it. A piece takes milliseconds at most.
    """
    return await in_thread(partial(next, pieces, None))


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
