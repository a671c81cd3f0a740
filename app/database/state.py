"""The statements of `state.sql` and `export.sql`, by name, over a connection of the state pool."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from app.database.translate import Canceled, translated
from app.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from app.database.pool import Connection, Database

    Also = Callable[[Connection], Awaitable[None]]

StateRow = asyncpg.Record

NAME = re.compile(r"^-- ([a-z_]+)\n", re.MULTILINE)
FILES = ("state.sql", "export.sql")
STATEMENT_SECONDS = 5.0
INSTALL_LOCK = 7_264_918_351  # any number of ours: two servers that start must not race


@cache
def statements() -> dict[str, str]:
    """Each statement of both files under the name in the comment line before it."""
    found: dict[str, str] = {}
    for file in FILES:
        parts = NAME.split(Path(__file__).with_name(file).read_text("utf-8"))
        found |= zip(parts[1::2], parts[2::2], strict=True)
    return found


class State:
    """Runs statements by name; DatabaseUnavailable or DatabaseLost when they cannot run."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    async def install(self) -> None:
        """Make the schema where it is missing."""
        async with self._connection() as connection, connection.transaction():
            await connection.execute(f"select pg_advisory_xact_lock({INSTALL_LOCK})")
            await connection.execute(statements()["schema"])
            await connection.execute(statements()["export_schema"])

    async def fetch(self, name: str, *binds: object) -> Sequence[StateRow]:
        """The rows of one statement, in a transaction of its own."""
        async with self._connection() as connection:
            return await connection.fetch(statements()[name], *binds, timeout=STATEMENT_SECONDS)

    async def locked(
        self, name: str, key: str, *binds: object, also: "Also | None" = None
    ) -> Sequence[StateRow]:
        """The same, while no other transaction holds the lock of this key.

        Where there are rows, `also` is done in the same transaction.
        """
        lock = "select pg_advisory_xact_lock(hashtextextended($1, 0))"
        async with self._connection() as connection, connection.transaction():
            await connection.execute(lock, key, timeout=STATEMENT_SECONDS)
            rows = await connection.fetch(statements()[name], *binds, timeout=STATEMENT_SECONDS)
            if rows and also is not None:
                await also(connection)
            return rows

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator["Connection"]:
        """A connection, and errors of ours; a statement that somebody cancels is one too."""
        try:
            async with self._database.acquire_state() as connection:
                with translated():
                    yield connection
        except Canceled as error:
            raise DatabaseUnavailable("The state database ended a statement.") from error
