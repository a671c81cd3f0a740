"""Gives large blocks of memory back to the system as soon as they are freed."""

import ctypes
from contextlib import suppress

# Of malloc.h: M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD.
TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3
LARGE_BYTES = 4 * 1024 * 1024


def give_large_blocks_back() -> None:
    """Tell the C library; one without `mallopt` does as it likes.

    glibc raises its threshold to the largest block that was ever freed, up to 32 MiB, and keeps
    what is below: some values of megabytes then cost as much again as they take. A threshold that
    is set is not raised; but the other then stays at 128 KiB, and each chunk would take its memory
    from the system anew: a tenth of the CPU of reading a result.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(TRIM_THRESHOLD, 2 * LARGE_BYTES)
        mallopt(TOP_PAD, LARGE_BYTES // 4)
