"""The stop of a process as an object that is passed down: who makes it decides, who has it obeys.

First request: draining. Starts are refused (`stopping`), everything else is served, and runs
get the grace period. Second request: forced. Nothing waits any longer.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Abandoned(Exception):
    """The stop began before the work was done."""


class Stop:
    """Whether this process is to end, and how urgently. Only moves forward."""

    def __init__(self) -> None:
        self._draining = asyncio.Event()
        self._forced = asyncio.Event()

    @property
    def draining(self) -> bool:
        """True from the first request to stop on: no run starts any more."""
        return self._draining.is_set()

    @property
    def forced(self) -> bool:
        """True from the second request on: what is not over is cut."""
        return self._forced.is_set()

    def begin(self) -> None:
        """Begin draining; asked again, force the end."""
        if self.draining:
            self._forced.set()
        self._draining.set()

    async def wait_draining(self) -> None:
        """Return when draining has begun."""
        await self._draining.wait()

    async def wait_forced(self) -> None:
        """Return when the end is forced."""
        await self._forced.wait()

    @asynccontextmanager
    async def abandoning(self) -> AsyncGenerator[None]:
        """Cancel what is done inside, and raise Abandoned, when draining begins before its end."""
        limit = asyncio.timeout(None)
        try:
            async with limit:
                watch = asyncio.create_task(self._expire(limit))
                try:
                    yield
                finally:
                    watch.cancel()
        except TimeoutError as error:
            if limit.expired():
                raise Abandoned from error
            raise

    async def _expire(self, limit: asyncio.Timeout) -> None:
        await self.wait_draining()
        limit.reschedule(asyncio.get_running_loop().time())
