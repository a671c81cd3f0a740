"""A connection that can be told from outside to end the statement that it is busy with."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

import asyncpg

if TYPE_CHECKING:
    from app.database.pool import Connection

    class _Connection(Connection):
        _transport: asyncio.Transport

        def _cancel_current_command(self, waiter: asyncio.Future[None]) -> None: ...
else:
    _Connection = asyncpg.Connection  # its types have parameters, itself has none

TELL_SECONDS = 2.0  # PostgreSQL is told over a connection of its own, which can lead nowhere


class CancellableConnection(_Connection):
    """asyncpg's connection, and its CancelRequest without the end of the task that waits."""

    @property
    def transport(self) -> asyncio.Transport:
        """What it reads from."""
        return self._transport

    async def cancel_statement(self) -> None:
        """Returns when PostgreSQL has been told; a connection that could not tell it is terminated.

        The statement ends with 57014, or as it would have if it is too late. What is sent next is
        safe: PostgreSQL signals the backend before it hangs up on us (PostgreSQL, 54.2.8
        Canceling Requests in Progress).
        """
        if self.is_closed():
            return
        loop = asyncio.get_running_loop()
        told = loop.create_future()
        self._cancel_current_command(told)
        late = loop.call_later(TELL_SECONDS, self.terminate)  # which gives up the telling, too
        try:
            await told
        finally:
            late.cancel()


def transport_of(connection: "Connection") -> asyncio.Transport:
    """`transport` of a pool's connection."""
    return cast("CancellableConnection", connection).transport


def cancellation(connection: "Connection") -> Callable[[], Awaitable[None]]:
    """`cancel_statement` of a pool's connection; to be called also when the pool has it back."""
    return cast("CancellableConnection", connection).cancel_statement
