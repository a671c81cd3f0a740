"""The server, which on SIGUSR1 writes how many tasks and objects it has into its data folder."""

import asyncio
import gc
import os
import signal
import sys
from pathlib import Path

import orjson

from app.server import main

COUNTS = "counts"
STATEMENT = "PreparedStatementState"  # asyncpg's, of one that a connection keeps prepared


def write_counts(*_: object) -> None:
    """What is alive after a collection, as JSON; the file is whole when it is there."""
    gc.collect()
    objects = gc.get_objects()
    counts = {
        "tasks": len(asyncio.all_tasks()),
        "objects": len(objects),
        "statements": sum(type(each).__name__ == STATEMENT for each in objects),
    }
    path = Path(os.environ["ROWSTREAM_DATA"], COUNTS)
    path.with_suffix(".new").write_bytes(orjson.dumps(counts))
    path.with_suffix(".new").rename(path)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, write_counts)
    sys.exit(main())
