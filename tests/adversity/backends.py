"""PostgreSQL's backends as one connection of the test's own sees them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from app.database.pool import Connection

WAIT_SECONDS = 10.0
LOOK_SECONDS = 0.002
OF_RUN = """
select pid, state from pg_stat_activity
where application_name = $1 and state <> 'idle' and pid <> pg_backend_pid()
"""
OURS = """
select count(*) from pg_stat_activity
where application_name like 'rowstream%' and datname = current_database()
"""


@dataclass(frozen=True, slots=True)
class Backends:
    """What the server's connections are doing."""

    connection: "Connection"

    async def of(self, run: str) -> dict[int, str]:
        """The backends that work for this run, or hold a transaction of it, and their state."""
        rows = await self.connection.fetch(OF_RUN, f"rowstream {run[:8]}")
        return {row["pid"]: row["state"] for row in rows}

    async def ours(self) -> int:
        """How many connections the server has."""
        return int(await self.connection.fetchval(OURS))

    async def until(self, run: str, count: int) -> list[int]:
        """The process ids when so many work for the run; fails after ten seconds."""
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while len(found := await self.of(run)) != count:
            in_time = asyncio.get_running_loop().time() < deadline
            assert in_time, f"the run has the backends {found}, not {count} of them"
            await asyncio.sleep(LOOK_SECONDS)
        return list(found)


@asynccontextmanager
async def backends_of(url: str) -> AsyncGenerator[Backends]:
    """The backends of this cluster."""
    connection = await asyncpg.connect(url)
    try:
        yield Backends(connection)
    finally:
        await connection.close()
