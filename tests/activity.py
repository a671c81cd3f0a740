"""What PostgreSQL's backends are doing, asked of PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

T = TypeVar("T")

WAIT_SECONDS = 10.0
LOOK_SECONDS = 0.01
DOING = """
select pid, state from pg_stat_activity
where datname = current_database()
and application_name = $1 and pid <> pg_backend_pid() and state is not null
"""
LOCKED = """
select pid from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' limit 1
"""


async def backends(url: str, name: str) -> dict[int, str]:
    """The state of each backend of this name in this database, by its process id."""
    made = await asyncpg.connect(url)
    try:
        return {row["pid"]: row["state"] for row in await made.fetch(DOING, name)}
    finally:
        await made.close()


async def until_active(url: str, name: str) -> int:
    """The process id of a backend of this name once one is busy; fails after ten seconds."""

    async def busy() -> list[int]:
        return [pid for pid, state in (await backends(url, name)).items() if state == "active"]

    return (await _until(busy, f"a busy backend of {name}"))[0]


async def until_gone(url: str, name: str) -> None:
    """Return when no backend here has this name any more; fails after ten seconds."""

    async def gone() -> bool:
        return not await backends(url, name)

    await _until(gone, f"the end of all backends of {name}")


async def until_locked(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    """The process id of a backend of this database once one waits for a lock."""

    async def locked() -> int | None:
        return await connection.fetchval(LOCKED)

    return await _until(locked, "a backend that waits for a lock") or 0


async def _until(look: Callable[[], Awaitable[T]], what: str) -> T:
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while True:
        if found := await look():
            return found
        assert asyncio.get_running_loop().time() < deadline, f"{what} did not come"
        await asyncio.sleep(LOOK_SECONDS)
