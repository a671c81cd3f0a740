"""A follower that reads on its own while the test does something else, and notes when what came."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from tests.ledger import Ledger
from tests.sse_client import Event
from tests.wire import Wire, asked

WAIT_SECONDS = 15.0


@dataclass
class Live:
    """What has come so far: the ledger, and each event with its time on the loop's clock."""

    began: float
    ledger: Ledger = field(default_factory=Ledger)
    times: list[tuple[float, Event]] = field(default_factory=list[tuple[float, Event]])
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, holds: Callable[[Ledger], bool], what: str) -> None:
        """Wait until the ledger is so, which is asked when an event is there.

        Fails after fifteen seconds, saying what did not happen.
        """
        try:
            async with asyncio.timeout(WAIT_SECONDS), self.news:
                await self.news.wait_for(lambda: bool(self.times) and holds(self.ledger))
        except TimeoutError:
            raise AssertionError(f"{what} did not happen") from None

    async def until_rows(self, count: int) -> None:
        """Wait for so many rows."""
        await self.until(lambda ledger: len(ledger.rows) >= count, f"row {count}")

    async def until_event(self, name: str) -> None:
        """Wait for the first event of this name."""
        await self.until(lambda ledger: any(e.type == name for e in ledger.events), name)

    async def until_end(self) -> None:
        """Wait for the final event."""
        await self.until(lambda ledger: ledger.ended, "the end")

    def seconds(self, name: str) -> list[float]:
        """When the events of this name came, from the beginning."""
        return [at - self.began for at, event in self.times if event.type == name]

    @property
    def longest_silence(self) -> float:
        """Seconds between two events at most, the beginning included."""
        return max(b - a for a, b in pairwise([self.began, *(at for at, _ in self.times)]))

    async def read(self, wire: Wire) -> None:
        """Take everything to the end."""
        async for event in wire.events():
            async with self.news:
                self.times.append((asyncio.get_running_loop().time(), event))
                self.ledger.take(event)
                self.news.notify_all()


@asynccontextmanager
async def live(url: str, run: str) -> AsyncGenerator[Live]:
    """Inside, the run is being followed; leaving cuts the connection."""
    follower = Live(asyncio.get_running_loop().time())
    async with asked(url, f"/api/runs/{run}/stream") as wire:
        reading = asyncio.create_task(follower.read(wire))
        try:
            yield follower
        finally:
            reading.cancel()
            await asyncio.wait([reading])
        if not reading.cancelled():
            reading.result()
