"""How PgQueuer speaks to PostgreSQL: it waits for no dead connection, and outlives one.

PgQueuer itself would wait for ever for an answer, also when it is to end; and a worker of its that
has lost its connection takes no job before those that it has are done.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.ports.driver import NotifyCallback

from app.database.translate import FAULTS
from app.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from app.database.pool import Connection

ANSWER_SECONDS = 5.0  # what a statement about the queue can take
HANGS_UP = "57P"  # SQLSTATEs of a server that is about to close the connection

T = TypeVar("T")


class QuickDriver(AsyncpgDriver):
    """A connection on which a statement takes too long is dropped."""

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """The rows."""
        return await self._answered(partial(super().fetch, query, *args))

    async def execute(self, query: str, *args: object) -> str:
        """What was done."""
        return await self._answered(partial(super().execute, query, *args))

    async def notify(self, channel: str, payload: str) -> None:
        """Tell whoever listens."""
        await self._answered(partial(super().notify, channel, payload))

    async def _answered(self, say: Callable[[], Awaitable[T]]) -> T:
        late = asyncio.get_running_loop().call_later(ANSWER_SECONDS, self._connection.terminate)
        try:
            return await say()
        finally:
            late.cancel()


class LastingDriver(QuickDriver):
    """One connection after another. What is said on one that is lost is said again on the next: a
    worker's statements can be. Once he is `stopping` nobody waits: DatabaseUnavailable.
    """

    def __init__(self, connection: "Connection", stopping: asyncio.Event) -> None:
        super().__init__(connection)
        self._stopping = stopping
        self._listening: list[tuple[str, NotifyCallback]] = []
        self._renewed = asyncio.Event()

    async def renew(self, connection: "Connection") -> None:
        """Go on over this one."""
        self._connection = connection
        for listening in self._listening:
            await super()._answered(partial(super().add_listener, *listening))
        self._renewed.set()

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Call it with what is told on the channel, over later connections, too."""
        self._listening.append((channel, callback))
        await self._answered(partial(super().add_listener, channel, callback))

    async def _answered(self, say: Callable[[], Awaitable[T]]) -> T:
        while True:
            connection = self._connection
            try:
                return await super()._answered(say)
            except FAULTS as error:
                told = str(getattr(error, "sqlstate", ""))
                if not connection.is_closed() and not told.startswith(HANGS_UP):
                    raise
            connection.terminate()
            await self._another(connection)

    async def _another(self, lost: "Connection") -> None:
        """Return when there is another connection than this one."""
        while self._connection is lost:
            if self._stopping.is_set():
                raise DatabaseUnavailable
            self._renewed.clear()
            events = (self._renewed, self._stopping)
            waits = [asyncio.ensure_future(each.wait()) for each in events]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for each in waits:
                each.cancel()
