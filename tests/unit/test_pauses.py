"""What keeps the interpreter's pauses short, and that it is put back."""

import asyncio
import gc
import subprocess
import sys
import weakref

from app.pauses import NEW_OBJECTS, SWITCH_SECONDS, short_pauses

LOADED = """
import asyncio, sys
from app.pauses import short_pauses

async def main():
    async with short_pauses():
        loaded = set(sys.modules)
        from anyio import create_task_group, to_thread
        async with create_task_group() as group:
            group.start_soon(to_thread.run_sync, int)
        print(*sorted(set(sys.modules) - loaded))

asyncio.run(main())
"""


def settings() -> tuple[tuple[int, int, int], float, int]:
    return gc.get_threshold(), sys.getswitchinterval(), gc.get_freeze_count()


async def test_what_stands_is_frozen_and_everything_is_put_back() -> None:
    gc.unfreeze()
    before = settings()
    async with short_pauses():
        thresholds, switch, frozen = settings()
        assert (thresholds[0], switch) == (NEW_OBJECTS, SWITCH_SECONDS)
        assert frozen > 10_000

    assert settings() == before


async def test_a_cycle_that_comes_later_is_collected() -> None:
    class Node:
        """Something that can be in a cycle."""

    collected = asyncio.Event()
    async with short_pauses():
        node = Node()
        vars(node)["itself"] = node
        weakref.finalize(node, collected.set)
        del node
        kept = [[number] for number in range(2 * NEW_OBJECTS)]

    assert collected.is_set()
    assert len(kept) == 2 * NEW_OBJECTS


def test_no_request_waits_for_the_imports_of_the_first() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=30, check=True
    )

    assert done.stdout.split() == []
