"""Finds at the start what a pooler in front of PostgreSQL would break later.

A pooler in transaction mode gives a session to another client after each transaction. Reading
works there when it keeps prepared statements; the state needs a session of its own (LISTEN).
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from app.database.translate import translated
from app.errors import StartupError

if TYPE_CHECKING:
    from app.database.pool import Connection

CONNECT_SECONDS = 5.0
MARK = "rowstream.session"


async def check_reading(url: str) -> None:
    """Raise StartupError where prepared statements do not outlive a transaction."""
    if not await _keeps_prepared(url):
        raise StartupError(
            "ROWSTREAM_DATABASE_URL leads to a pooler in transaction mode that does not keep"
            " prepared statements. Give a direct address, use session mode, or a pooler that keeps"
            " them (PgBouncer 1.21 or newer with max_prepared_statements)."
        )


async def check_state(url: str) -> None:
    """Raise StartupError where a session does not stay the same one."""
    if not await _keeps_session(url):
        raise StartupError(
            "The state database is reached through a pooler in transaction mode, which cannot"
            " LISTEN. Give ROWSTREAM_STATE_URL, the direct address of a database."
        )


async def _keeps_prepared(url: str) -> bool:
    async with _connected(url) as connection:
        statement = await connection.prepare("select 1", name="rowstream_prepared")
        await statement.fetch()  # only now does a pooler take the session back
        async with _occupied(url):
            try:
                await statement.fetch()
            except (asyncpg.InvalidSQLStatementNameError, asyncpg.ProtocolViolationError):
                return False
    return True


async def _keeps_session(url: str) -> bool:
    async with _connected(url) as connection:
        await connection.execute(f"select set_config('{MARK}', 'kept', false)")
        async with _occupied(url):
            return await connection.fetchval(f"select current_setting('{MARK}', true)") == "kept"


@asynccontextmanager
async def _occupied(url: str) -> AsyncGenerator[None]:
    """Inside, others are in transactions: a session that is given away between them is taken.

    Two, since a pooler may open one new session before it gives away an idle one.
    """
    async with AsyncExitStack() as stack:
        for _ in range(2):
            connection = await stack.enter_async_context(_connected(url))
            await connection.execute("begin read only")
        yield


@asynccontextmanager
async def _connected(url: str) -> AsyncGenerator["Connection"]:
    with translated(connecting=True):
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, statement_cache_size=0)
    try:
        yield connection
    finally:
        connection.terminate()
