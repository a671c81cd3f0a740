"""Fills tables in one transaction: scripts of ours, COPY from files, and a swap at the very end.

Tables are made in a schema of their own and moved to where people read only when all is loaded, so
readers are never blocked for long and never see half of it; a load that is killed leaves nothing.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

import asyncpg

from app.database.translate import translated

if TYPE_CHECKING:
    from app.database.pool import Connection

CONNECT_SECONDS = 10.0
LOCK_KEY = 0x0D_E4_0D_A7  # one loader at a time in a database; any number of ours will do


class Load:
    """A load under way. Scripts are ours, never a person's text."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection

    async def run(self, script: str) -> None:
        """Runs a script of one or more statements."""
        await self._connection.execute(script)

    async def fill(self, statement: str, *arguments: int | str) -> None:
        """Runs one statement with its arguments."""
        await self._connection.execute(statement, *arguments)

    async def pairs(self, statement: str) -> dict[str, str]:
        """The rows of a query with two columns of text, the first one being unique."""
        rows = await self._connection.fetch(statement)
        return {cast("str", key): cast("str", value) for key, value in rows}

    async def copy(self, table: str, source: BinaryIO, *, columns: Sequence[str]) -> int:
        """Copies a CSV file with a header and `NA` for NULL; answers the number of rows."""
        status = await self._connection.copy_to_table(
            table, source=source, columns=columns, format="csv", header=True, null="NA"
        )
        return int(status.removeprefix("COPY "))


@asynccontextmanager
async def loading(url: str) -> AsyncGenerator[Load]:
    """A transaction on a connection of its own; other loaders wait. Committed when the block ends.

    Raises DatabaseUnavailable and the other errors of `app.database.translate`.
    """
    with translated(connecting=True):
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, command_timeout=None)
    try:
        with translated(show_detail=True):
            async with connection.transaction():
                await connection.execute("select pg_advisory_xact_lock($1)", LOCK_KEY)
                yield Load(connection)
    finally:
        connection.terminate()
