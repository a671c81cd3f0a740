"""Bytes that are made in a thread while they are sent."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, strategies

from app.exports.blocks import off_the_loop
from app.runs.aside import gathered
from app.runs.frames import PIECE_BYTES, Damaged

SECONDS = 10


@given(strategies.lists(strategies.integers(0, 3 * PIECE_BYTES), max_size=20))
def test_small_parts_are_gathered_and_none_is_lost(sizes: list[int]) -> None:
    parts = [bytes([number]) * size for number, size in enumerate(sizes)]

    blocks = list(gathered(iter(parts)))

    assert b"".join(blocks) == b"".join(parts)
    assert all(len(block) >= PIECE_BYTES for block in blocks[:-1])
    assert all(blocks)


async def test_a_block_is_made_when_it_is_asked_for() -> None:
    made: list[int] = []

    def make() -> Iterator[bytes]:
        for number in range(3):
            made.append(number)
            yield bytes(2 * PIECE_BYTES)

    pieces = off_the_loop(make())
    sizes = [len(await anext(pieces)), len(await anext(pieces))]

    assert (sizes, made) == ([PIECE_BYTES, PIECE_BYTES], [0])
    await anext(pieces)
    assert made == [0, 1]
    await pieces.aclose()


async def test_nothing_is_made_on_the_event_loop() -> None:
    threads: set[int] = set()

    def make() -> Iterator[bytes]:
        for _ in range(3):
            threads.add(threading.get_ident())
            yield bytes(PIECE_BYTES)

    assert len([piece async for piece in off_the_loop(make())]) == 3
    assert threading.get_ident() not in threads


async def test_what_goes_wrong_in_the_making_is_raised() -> None:
    def make() -> Iterator[bytes]:
        yield bytes(PIECE_BYTES)
        raise Damaged

    pieces = off_the_loop(make())
    await anext(pieces)

    with pytest.raises(Damaged):
        await anext(pieces)


async def test_who_is_cancelled_waits_for_what_is_being_made() -> None:
    """The files that it reads are closed afterwards."""
    began, go, ended = threading.Event(), threading.Event(), threading.Event()

    def make() -> Iterator[bytes]:
        began.set()
        go.wait(SECONDS)
        ended.set()
        yield bytes(PIECE_BYTES)

    asking = asyncio.ensure_future(anext(off_the_loop(make())))
    await asyncio.to_thread(began.wait, SECONDS)
    asking.cancel()
    await asyncio.wait([asking], timeout=0.05)
    still_waiting = not asking.done()
    go.set()
    await asyncio.wait([asking], timeout=SECONDS)

    assert (still_waiting, asking.cancelled(), ended.is_set()) == (True, True, True)
