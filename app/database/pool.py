"""The connections of a process: the reading pool, four for state, one that listens."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

import asyncpg
import structlog

from app.database.connection import CancellableConnection
from app.database.translate import FAULTS, translated
from app.errors import RowstreamError

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]

STATE_CONNECTIONS = 4
CATALOG_CONNECTIONS = 1  # forms and columns are answered while every run's connection is in use
CONNECT_SECONDS = 5.0
WAIT_SECONDS = 15.0  # for a connection that others hold: longer than any of our statements
RELEASE_SECONDS = 2.0
IDLE_SECONDS = 60.0
RELISTEN_SECONDS = 1.0

log = structlog.get_logger()
Heard = Callable[[str], None]


class Database:
    """Two pools over PostgreSQL; open it with `async with`.

    `reading` connections see the report database, `state` connections the schema `rowstream`.
    """

    def __init__(self, *, reading_url: str, state_url: str, reading_connections: int) -> None:
        # No statement cache: a report's plan must be today's, and a changed table must not break
        # a cached one.
        self._reading = _pool(
            reading_url, reading_connections + CATALOG_CONNECTIONS, statement_cache_size=0
        )
        # Its statements are ours and never change, and none leaves anything to reset.
        self._state = _pool(state_url, STATE_CONNECTIONS, reset=_leave_as_it_is)
        self._state_url = state_url

    async def __aenter__(self) -> Self:
        await self._reading
        await self._state
        return self

    async def __aexit__(self, *_: object) -> None:
        await _close(self._reading)
        await _close(self._state)

    @asynccontextmanager
    async def acquire_reading(self) -> AsyncGenerator["Connection"]:
        """A connection to the report database; DatabaseUnavailable when there is none in time."""
        async with _acquired(self._reading) as connection:
            yield connection

    @asynccontextmanager
    async def acquire_state(self) -> AsyncGenerator["Connection"]:
        """A connection to the state database; DatabaseUnavailable when there is none in time."""
        async with _acquired(self._state) as connection:
            yield connection

    @asynccontextmanager
    async def connected_state(self) -> AsyncGenerator["Connection"]:
        """A connection to the state database that is nobody else's, for whoever listens on it;
        DatabaseUnavailable when there is none in time. Dropped at the end.
        """
        with translated(connecting=True):
            connection = await asyncpg.connect(self._state_url, timeout=CONNECT_SECONDS)
        try:
            with translated():
                yield connection
        finally:
            connection.terminate()

    async def ready(self) -> None:
        """Ask both databases for a sign of life; DatabaseUnavailable without one."""
        for acquire in (self.acquire_reading, self.acquire_state):
            async with acquire() as connection:
                with translated(connecting=True):
                    await connection.execute("select 1", timeout=CONNECT_SECONDS)

    async def listen(self, channel: str, heard: Heard, lost: Callable[[], Awaitable[None]]) -> None:
        """Call `heard` with each payload on the channel, for ever; connects again when it is cut.

        `lost` runs after each new connection, since notifications before it were not heard; when
        it fails, as its own connection may, the listening begins again.
        """
        while True:
            try:
                await self._listen_once(channel, heard, lost)
            except (RowstreamError, *FAULTS):
                log.warning("listen_connection_lost", channel=channel)
            await asyncio.sleep(RELISTEN_SECONDS)

    async def _listen_once(
        self, channel: str, heard: Heard, lost: Callable[[], Awaitable[None]]
    ) -> None:
        connection = await asyncpg.connect(self._state_url, timeout=CONNECT_SECONDS)
        ended = asyncio.Event()

        def on_notice(_connection: object, _pid: int, _channel: str, payload: object) -> None:
            heard(str(payload))

        try:
            connection.add_termination_listener(lambda _: ended.set())
            await connection.add_listener(channel, on_notice)
            await lost()
            await ended.wait()
        finally:
            connection.terminate()


async def _leave_as_it_is(connection: object) -> None:
    del connection


def _pool(
    url: str,
    size: int,
    *,
    statement_cache_size: int = 100,
    reset: Callable[[object], Awaitable[None]] | None = None,
) -> "Pool":
    return asyncpg.create_pool(
        url,
        connection_class=CancellableConnection,
        min_size=0,
        max_size=size,
        timeout=CONNECT_SECONDS,
        max_inactive_connection_lifetime=IDLE_SECONDS,
        server_settings={"application_name": "rowstream"},
        statement_cache_size=statement_cache_size,
        reset=reset,
    )


async def _close(pool: "Pool") -> None:
    try:
        await asyncio.wait_for(pool.close(), RELEASE_SECONDS)
    except FAULTS:
        pool.terminate()


@asynccontextmanager
async def _acquired(pool: "Pool") -> AsyncGenerator["Connection"]:
    with translated(connecting=True):
        connection: Any = await pool.acquire(timeout=WAIT_SECONDS)
    try:
        yield connection
    finally:
        # A connection that cannot be reset in time is dead: asyncpg then terminates it.
        with suppress(*FAULTS):
            await pool.release(connection, timeout=RELEASE_SECONDS)
