"""Gives large blocks of memory back to the system as soon as they are freed."""

import ctypes
from contextlib import suppress

MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h
LARGE_BYTES = 4 * 1024 * 1024


def give_large_blocks_back() -> None:
    """Tell the C library; one without `mallopt` does as it likes.

    glibc raises its threshold to the largest block that was ever freed, up to 32 MiB, and keeps
    what is below: some values of megabytes then cost as much again as they take.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, LARGE_BYTES)
