"""Answers are kept for a while, made once, and never kept when they failed."""

import asyncio

import pytest

from app.catalog.kept import Kept


class Maker:
    """Makes 1, 2, 3 …, each when it is told to go on; fails while `broken`."""

    def __init__(self) -> None:
        self.made = 0
        self.going = asyncio.Event()
        self.going.set()
        self.broken = False

    async def make(self) -> int:
        await self.going.wait()
        self.made += 1
        if self.broken:
            raise ConnectionError
        return self.made


async def test_an_answer_is_made_again_when_it_is_old() -> None:
    now, maker = [0.0], Maker()
    kept = Kept[str, int](60, clock=lambda: now[0])
    answers = [await kept.get("a", maker.make) for now[0] in (0.0, 59.9, 60.0, 60.1)]

    assert answers == [1, 1, 2, 2]


async def test_who_asks_meanwhile_gets_the_same_answer() -> None:
    kept, maker = Kept[str, int](60), Maker()
    maker.going.clear()
    asking = [asyncio.create_task(kept.get("a", maker.make)) for _ in range(5)]
    await asyncio.sleep(0)
    asking[0].cancel()
    maker.going.set()

    assert await asyncio.gather(*asking[1:]) == [1, 1, 1, 1]


async def test_an_error_is_met_by_all_who_waited_and_not_kept() -> None:
    kept, maker = Kept[str, int](60), Maker()
    maker.broken = True
    met = await asyncio.gather(
        *(kept.get("a", maker.make) for _ in range(3)), return_exceptions=True
    )
    maker.broken = False

    assert [type(each) for each in met] == [ConnectionError] * 3
    assert await kept.get("a", maker.make) == 2


async def test_the_oldest_answer_makes_room() -> None:
    kept, maker = Kept[int, int](60, most=2), Maker()
    for key in (1, 2, 3):
        await kept.get(key, maker.make)

    assert [kept.latest(key) for key in (1, 2, 3)] == [None, 2, 3]


async def test_a_forgotten_answer_is_made_again() -> None:
    kept, maker = Kept[str, int](60), Maker()
    await kept.get("a", maker.make)
    kept.forget(lambda key: key == "a")

    assert await kept.get("a", maker.make) == 2


async def test_an_error_that_nobody_waits_for_is_no_noise() -> None:
    kept, maker = Kept[str, int](60), Maker()
    maker.broken = True
    maker.going.clear()
    asking = asyncio.create_task(kept.get("a", maker.make))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    maker.going.set()
    maker.broken = False

    assert await kept.get("b", maker.make) == 2
