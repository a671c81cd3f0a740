"""The waiting line: in order, every place told, never longer than it may be, no slot lost."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from app.errors import Busy
from app.runs.line import Line


class Visitor:
    """A run that takes a slot, holds it until it is let go, and writes down what it is told."""

    def __init__(self, line: Line) -> None:
        self.places: list[int] = []
        self.inside = asyncio.Event()
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self._visit(line))

    async def _visit(self, line: Line) -> None:
        async with line.slot(self.places.append):
            self.inside.set()
            await self.leave.wait()

    async def left(self) -> None:
        """Return when the slot is given back."""
        self.leave.set()
        await self.task


async def turns(count: int = 5) -> None:
    """Let every task do what it can do without waiting for another."""
    for _ in range(count):
        await asyncio.sleep(0)


async def come(line: Line, count: int) -> list[Visitor]:
    visitors = [Visitor(line) for _ in range(count)]
    await turns()
    return visitors


async def cancelled(visitor: Visitor) -> None:
    visitor.task.cancel()
    await asyncio.wait([visitor.task])
    assert visitor.task.cancelled()


async def test_runs_get_the_free_slots_at_once_and_are_told_no_place() -> None:
    visitors = await come(Line(slots=2, most=5), 2)

    assert [each.places for each in visitors] == [[], []]
    assert all(each.inside.is_set() for each in visitors)
    for each in visitors:
        await each.left()


async def test_the_next_run_is_the_one_that_came_first() -> None:
    first, second, third = await come(Line(slots=1, most=5), 3)

    await first.left()
    await turns()

    assert (second.inside.is_set(), third.inside.is_set()) == (True, False)
    await second.left()
    await third.left()


async def test_every_change_of_place_is_told() -> None:
    first, second, third, fourth = await come(Line(slots=1, most=5), 4)

    for each in (first, second, third, fourth):
        await each.left()

    assert [each.places for each in (second, third, fourth)] == [[1], [2, 1], [3, 2, 1]]


async def test_a_run_that_is_cancelled_in_line_lets_the_others_move_up() -> None:
    first, second, third = await come(Line(slots=1, most=5), 3)

    await cancelled(second)

    assert third.places == [2, 1]
    await first.left()
    await third.left()


async def test_a_slot_that_was_just_given_to_a_cancelled_run_goes_to_the_next() -> None:
    first, second, third = await come(Line(slots=1, most=5), 3)

    first.leave.set()
    await asyncio.wait([first.task])
    await cancelled(second)
    await turns()

    assert third.inside.is_set()
    await third.left()


async def test_a_full_line_is_busy_and_says_when_to_come_back() -> None:
    line = Line(slots=1, most=2)
    visitors = await come(line, 3)

    with pytest.raises(Busy, match="2 runs are waiting") as caught, line.coming():
        pass

    assert caught.value.retry_after
    for each in visitors:
        await each.left()


@pytest.mark.parametrize(("inside", "free"), [(0, 3), (1, 2), (2, 1), (3, 0)])
async def test_runs_that_start_at_once_do_not_overfill_the_line(inside: int, free: int) -> None:
    line = Line(slots=1, most=2)
    visitors = await come(line, inside)

    async with AsyncExitStack() as started:
        for _ in range(free):
            started.enter_context(line.coming())
        with pytest.raises(Busy):
            started.enter_context(line.coming())

    for each in visitors:
        await each.left()


async def test_only_as_many_starts_as_slots_are_told_that_they_will_not_wait() -> None:
    line = Line(slots=2, most=5)

    with line.coming() as first, line.coming() as second, line.coming() as third:
        assert (first, second, third) == (True, True, False)

    [visitor] = await come(line, 1)
    with line.coming() as first, line.coming() as second:
        assert (first, second) == (True, False)
    await visitor.left()


async def test_a_run_that_did_not_start_gives_its_place_back() -> None:
    line = Line(slots=1, most=1)
    for _ in range(5):
        with pytest.raises(LookupError), line.coming():
            raise LookupError

    with line.coming(), line.coming():
        assert line.has_room


async def test_a_free_slot_is_lent_until_it_is_given_back() -> None:
    line = Line(slots=1, most=1)

    with line.loan(lambda: None) as lent:
        assert (lent, line.has_room) == (True, False)

    assert line.has_room


async def test_nothing_is_lent_where_no_slot_is_free() -> None:
    line = Line(slots=1, most=1)
    [visitor] = await come(line, 1)

    with line.loan(lambda: None) as lent:
        assert not lent

    await visitor.left()
    assert line.has_room


async def test_a_loan_is_called_back_as_soon_as_a_run_waits() -> None:
    line = Line(slots=1, most=5)
    called: list[str] = []
    with line.loan(lambda: called.append("back")):
        first, second = await come(line, 2)
        assert (called, first.inside.is_set()) == (["back"], False)

    await turns()

    assert first.inside.is_set()
    await first.left()
    await second.left()


async def test_whatever_happens_every_slot_is_free_at_the_end() -> None:
    line = Line(slots=3, most=50)
    visitors = await come(line, 20)
    for number, each in enumerate(visitors):
        await (cancelled(each) if number % 3 else each.left())

    again = await come(line, 3)

    assert all(each.inside.is_set() for each in again)
    for each in again:
        await each.left()
