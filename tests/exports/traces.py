"""What exports leave behind: files of the store, files of the scratch folder, busy backends."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from app.settings import Settings

if TYPE_CHECKING:
    from app.database.pool import Connection

WAIT_SECONDS = 15.0
LOOK_SECONDS = 0.02
BUSY = """
select application_name || ' ' || state || ' ' || left(query, 60) from pg_stat_activity
where datname = current_database() and application_name like 'rowstream export %'
    and state <> 'idle'
"""


@dataclass(frozen=True, slots=True)
class Traces:
    """What is there of exports, in a data folder and a database."""

    data: Path
    connection: "Connection"

    def files(self) -> list[str]:
        """Everything in the store and the scratch folder, finished or not."""
        found = (each for name in ("files", "scratch") for each in (self.data / name).rglob("*"))
        return sorted(each.relative_to(self.data).as_posix() for each in found if each.is_file())

    async def busy(self) -> list[str]:
        """The backends that work for an export or hold a transaction of it."""
        return [str(row[0]) for row in await self.connection.fetch(BUSY)]

    async def all(self) -> list[str]:
        """Both."""
        return [*self.files(), *await self.busy()]

    async def until_none(self) -> None:
        """Return when nothing is left; fails after a while."""
        await until(self._none, "no trace", self.all)

    async def until_idle(self) -> None:
        """Return when no backend works for an export; fails after a while."""

        async def idle() -> bool:
            return not await self.busy()

        await until(idle, "rest", self.busy)

    async def until_all_in(self, start: str) -> None:
        """Return when files are there and all begin like this; fails after a while."""

        async def all_are() -> bool:
            found = self.files()
            return bool(found) and all(each.startswith(start) for each in found)

        await until(all_are, f"{start} alone", self.all)

    async def until_files(self, count: int) -> list[str]:
        """The files when there are so many; fails after a while."""

        async def reached() -> bool:
            return len(self.files()) == count

        await until(reached, f"{count} files", self.all)
        return self.files()

    async def _none(self) -> bool:
        return not await self.all()


@asynccontextmanager
async def traces_of(settings: Settings) -> AsyncGenerator[Traces]:
    """Over a connection of the test's own to the database that is read."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        yield Traces(settings.data, connection)
    finally:
        await connection.close()


async def until(
    holds: Callable[[], Awaitable[bool]],
    what: str,
    instead: Callable[[], Awaitable[object]],
    *,
    within: float = WAIT_SECONDS,
) -> None:
    """Wait until something holds; fails after a while, saying what is there instead."""
    deadline = asyncio.get_running_loop().time() + within
    while not await holds():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"there is not {what}, but {await instead()}")
        await asyncio.sleep(LOOK_SECONDS)
