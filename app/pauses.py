"""Keeps the interpreter from holding the event loop: imports, collector, switches, threads.

All of them are of the whole process, so a serving process sets them, and sets them back.
"""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import anyio.lowlevel

# A collection of the third generation took 40-47 ms, all of it for the 200,000 objects that the
# imports and the start have made and that stay. Frozen they are not looked at: 2-5 ms.
#
# A block of rows is a thousand objects that were new and are soon gone, none of them in a cycle:
# with Python's 700 a run of 336,776 rows was 620 collections, with this none or one.
NEW_OBJECTS = 10_000
GENERATIONS = 10  # Python's own: so many collections of one generation before one of the next
# A loop that wants the GIL asks for it after so long: Python's 5 ms were half of what a step may
# take, and every thread that encodes could cost them.
SWITCH_SECONDS = 0.001
# Threads beyond the cores stand in the kernel's queue for one, now and then with the GIL in their
# hands: with asyncio's six, on two cores, twenty gzip followers made the loop wait for 84 ms,
# with two for 10.
THREADS = max(2, os.cpu_count() or 1)


@asynccontextmanager
async def short_pauses() -> AsyncGenerator[None]:
    """Inside, what stands now is left alone by the collector, which rarely comes; threads share."""
    # anyio imports what it has for asyncio when it is first used: 23-28 ms of the first request.
    await anyio.lowlevel.checkpoint()
    threads = ThreadPoolExecutor(THREADS, "aside")
    asyncio.get_running_loop().set_default_executor(threads)  # and the loop's runner ends it
    thresholds, switch = gc.get_threshold(), sys.getswitchinterval()
    gc.collect()  # or what is garbage now would be frozen with the rest
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, GENERATIONS, GENERATIONS)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(switch)
        gc.set_threshold(*thresholds)
        gc.unfreeze()
