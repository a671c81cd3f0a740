"""The statements of `state.sql`, by name, over a connection of the state pool."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from app.database.translate import translated

if TYPE_CHECKING:
    from app.database.pool import Database

StateRow = asyncpg.Record

NAME = re.compile(r"^-- ([a-z_]+)\n", re.MULTILINE)
STATEMENT_SECONDS = 5.0
INSTALL_LOCK = 7_264_918_351  # any number of ours: two servers that start must not race


@cache
def statements() -> dict[str, str]:
    """Each statement of `state.sql` under the name in the comment line before it."""
    parts = NAME.split(Path(__file__).with_suffix(".sql").read_text("utf-8"))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


class State:
    """Runs statements by name; DatabaseUnavailable or DatabaseLost when they cannot run."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    async def install(self) -> None:
        """Make the schema where it is missing."""
        async with self._database.acquire_state() as connection:
            with translated():
                async with connection.transaction():
                    await connection.execute(f"select pg_advisory_xact_lock({INSTALL_LOCK})")
                    await connection.execute(statements()["schema"])

    async def fetch(self, name: str, *binds: object) -> Sequence[StateRow]:
        """The rows of one statement, in a transaction of its own."""
        async with self._database.acquire_state() as connection:
            with translated():
                return await connection.fetch(statements()[name], *binds, timeout=STATEMENT_SECONDS)

    async def locked(self, name: str, key: str, *binds: object) -> Sequence[StateRow]:
        """The same, while no other transaction holds the lock of this key."""
        async with self._database.acquire_state() as connection:
            with translated():
                async with connection.transaction():
                    await connection.execute(
                        "select pg_advisory_xact_lock(hashtextextended($1, 0))", key
                    )
                    return await connection.fetch(statements()[name], *binds)
