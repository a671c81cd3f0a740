"""How a follower learns that a run's backlog has grown."""

import asyncio
from typing import Protocol

POLL_SECONDS = 0.1


class Changes(Protocol):
    """Something that can be waited for."""

    async def wait(self, seconds: float) -> None:
        """Return when there may be something new, after `seconds` at the latest."""
        ...


class LocalChanges:
    """Of a run in this process: woken by its journal, at once.

    There is no await between looking at the backlog and beginning to wait, so no call of `wake`
    is missed.
    """

    def __init__(self) -> None:
        self._grown = asyncio.Event()

    def wake(self) -> None:
        """Wake everybody who waits now."""
        self._grown.set()
        self._grown = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Return at the next `wake`, after `seconds` at the latest."""
        try:
            async with asyncio.timeout(seconds):
                await self._grown.wait()
        except TimeoutError:
            return


class PolledChanges:
    """Of a run in another process: looked at every 100 ms."""

    async def wait(self, seconds: float) -> None:
        """Return after 100 ms, or sooner where less is left."""
        await asyncio.sleep(min(seconds, POLL_SECONDS))
