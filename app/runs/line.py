"""The waiting line of a process: so many runs read at once, the next wait in order.

A free slot can be lent to a count. The loan is called back as soon as a run has to wait.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from app.errors import Busy

BUSY_RETRY_SECONDS = 5

Moved = Callable[[int], None]


@dataclass(slots=True, eq=False)
class _Waiting:
    moved: Moved
    turn: asyncio.Event = field(default_factory=asyncio.Event)


class Line:
    """`slots` runs at once, `most` more in line; positions count from 1."""

    def __init__(self, *, slots: int, most: int) -> None:
        self._free = slots
        self._most = most
        self._coming = 0
        self._line: deque[_Waiting] = deque()
        self._loans: list[Callable[[], object]] = []

    @property
    def has_room(self) -> bool:
        """Whether a run that comes now gets a slot at once."""
        return self._free > 0 and not self._line

    @contextmanager
    def coming(self) -> Generator[bool]:
        """Keep a place for a run that is being started inside; Busy when the line is full.

        True when it will not have to wait.
        """
        if len(self._line) + self._coming >= self._free + self._most:
            raise Busy(
                f"{self._most} runs are waiting already. Try again in a moment.",
                retry_after=BUSY_RETRY_SECONDS,
            )
        at_once = not self._line and self._coming < self._free
        self._coming += 1
        try:
            yield at_once
        finally:
            self._coming -= 1

    @asynccontextmanager
    async def slot(self, moved: Moved) -> AsyncGenerator[None]:
        """Wait for a slot and hold it; `moved` is told each place in line."""
        if self.has_room:
            self._free -= 1
        else:
            await self._wait(_Waiting(moved))
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def loan(self, call_back: Callable[[], object]) -> Generator[bool]:
        """Hold a free slot until `call_back` is called; False when there is none to lend."""
        if not self.has_room:
            yield False
            return
        self._free -= 1
        self._loans.append(call_back)
        try:
            yield True
        finally:
            if call_back in self._loans:
                self._loans.remove(call_back)
            self._leave()

    async def _wait(self, waiting: _Waiting) -> None:
        self._line.append(waiting)
        waiting.moved(len(self._line))
        if self._loans:
            self._loans.pop()()
        try:
            await waiting.turn.wait()
        except asyncio.CancelledError:
            if waiting.turn.is_set():
                self._leave()
            else:
                self._line.remove(waiting)
                self._tell_places()
            raise

    def _leave(self) -> None:
        if not self._line:
            self._free += 1
            return
        self._line.popleft().turn.set()
        self._tell_places()

    def _tell_places(self) -> None:
        for place, waiting in enumerate(self._line, start=1):
            waiting.moved(place)
