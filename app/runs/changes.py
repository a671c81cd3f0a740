"""How a follower learns that a run's backlog has grown."""

import asyncio
from typing import Protocol

POLL_SECONDS = 0.1
KEPT_BYTES = 256 * 1024  # an event that many followers stand in, each at another one, costs memory


class Changes(Protocol):
    """Something that can be waited for."""

    async def wait(self, seconds: float) -> None:
        """Return when there may be something new, after `seconds` at the latest."""
        ...

    def fresh(self, number: int) -> bytes | None:
        """The event of that number as it was written, where it is the last one and at hand."""
        ...


class LocalChanges:
    """Of a run in this process: woken by its journal, at once.

    There is no await between looking at the backlog and beginning to wait, so no call of `wake`
    is missed.
    """

    def __init__(self) -> None:
        self._grown = asyncio.Event()
        self._number = 0
        self._event = b""

    def wake(self, number: int, event: bytes) -> None:
        """Wake everybody who waits now: this event stands in the backlog."""
        self._number, self._event = number, event if len(event) <= KEPT_BYTES else b""
        self._grown.set()
        self._grown = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Return at the next `wake`, after `seconds` at the latest."""
        try:
            async with asyncio.timeout(seconds):
                await self._grown.wait()
        except TimeoutError:
            return

    def fresh(self, number: int) -> bytes | None:
        """The last event, if it is the one and not large."""
        return self._event or None if number == self._number else None


class PolledChanges:
    """Of a run in another process: looked at every 100 ms."""

    async def wait(self, seconds: float) -> None:
        """Return after 100 ms, or sooner where less is left."""
        await asyncio.sleep(min(seconds, POLL_SECONDS))

    def fresh(self, number: int) -> None:
        """None is at hand."""
        del number
