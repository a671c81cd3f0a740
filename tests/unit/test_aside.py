"""Pieces that are made in a thread: in order, faults and ends too, and never left behind."""

import asyncio
import threading
from collections.abc import Iterator

import anyio
import pytest

from app.runs.aside import next_aside
from app.runs.frames import Damaged

SECONDS = 10.0


class Held:
    """Pieces whose making waits for the test; it knows whether somebody is in it."""

    def __init__(self) -> None:
        self.entered, self.let = threading.Event(), threading.Event()
        self.left = False

    def pieces(self, fault: Exception | None = None) -> Iterator[bytes]:
        """One piece, or a fault instead of it."""
        self.entered.set()
        assert self.let.wait(SECONDS)
        self.left = True
        if fault is not None:
            raise fault
        yield b"piece"


async def test_pieces_come_in_order_from_another_thread_and_end() -> None:
    threads = list[int]()

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            threads.append(threading.get_ident())
            yield b"%d" % number

    made = pieces()

    assert [await next_aside(made) for _ in range(4)] == [b"0", b"1", b"2", None]
    assert threading.get_ident() not in threads


async def test_a_fault_in_the_thread_is_told() -> None:
    held = Held()
    held.let.set()

    with pytest.raises(Damaged):
        await next_aside(held.pieces(Damaged()))


@pytest.mark.parametrize("fault", [None, Damaged()])
async def test_who_is_cancelled_waits_for_the_thread(fault: Exception | None) -> None:
    """anyio cancels again at every turn until the task has ended."""
    held, done = Held(), list[bool]()

    async def ask() -> None:
        try:
            await next_aside(held.pieces(fault))
        finally:
            done.append(held.left)

    async with asyncio.timeout(SECONDS), anyio.create_task_group() as group:
        group.start_soon(ask)
        await asyncio.to_thread(held.entered.wait, SECONDS)
        group.cancel_scope.cancel()
        for _ in range(3):
            await anyio.lowlevel.cancel_shielded_checkpoint()
        assert not done
        held.let.set()

    assert done == [True]
