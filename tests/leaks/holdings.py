"""What a server process holds: memory, descriptors, threads, tasks, objects, connections, files."""

import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import orjson

from tests.adversity.server_process import ServerProcess
from tests.leaks.counting_server import COUNTS
from tests.serving import until

WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.1
IN_PROGRESS = "select count(*) from rowstream.run where status in ('pending', 'processing')"
EXPIRE = "update rowstream.run set expires_at = now() where expires_at > now()"
CONNECTIONS = """
select count(*) as all, count(*) filter (where state <> 'idle') as busy
from pg_stat_activity
where datname = current_database() and application_name like 'rowstream%'
    and query not ilike 'listen %'
"""


# What asyncpg has for one that a connection keeps prepared: each connection of the state does so
# with each statement of ours when it is first given it, however late.
OBJECTS_OF_STATEMENT = 11


@dataclass(frozen=True, slots=True)
class Holdings:
    """Counted when nothing runs. `descriptors` are those without the connections to PostgreSQL,
    `objects` those without their prepared `statements`.
    """

    descriptors: int
    threads: int
    tasks: int
    objects: int
    statements: int
    connections: int
    deleted_files: int


@dataclass(frozen=True, slots=True)
class Watched:
    """A server process, its data folder, and a connection of the test's own."""

    server: ServerProcess
    data: Path
    connection: "asyncpg.Connection[asyncpg.Record]"

    @property
    def memory_kib(self) -> int:
        """What the process has in memory now."""
        return self.server.memory_kib("VmRSS")

    async def holdings(self) -> Holdings:
        """What the server holds once its runs have ended, expired, and left no file."""
        await self._until_quiet()
        counts = await self._counts()
        [connections] = await self.connection.fetch(CONNECTIONS)
        links = self._descriptors()
        return Holdings(
            descriptors=len(links) - connections["all"],
            threads=self.server.memory_kib("Threads"),
            tasks=counts["tasks"],
            objects=counts["objects"] - OBJECTS_OF_STATEMENT * counts["statements"],
            statements=counts["statements"],
            connections=connections["all"],
            deleted_files=sum("(deleted)" in link for link in links),
        )

    async def _until_quiet(self) -> None:
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while left := await self._left():
            assert asyncio.get_running_loop().time() < deadline, f"{left} did not end"
            await self.connection.execute(EXPIRE)
            await asyncio.sleep(LOOK_SECONDS)

    async def _left(self) -> list[str]:
        [connections] = await self.connection.fetch(CONNECTIONS)
        left: dict[str, int] = {
            "runs": await self.connection.fetchval(IN_PROGRESS),
            "busy connections": connections["busy"],
            "files": len(list((self.data / "backlog").iterdir())),
        }
        return [f"{count} {what}" for what, count in left.items() if count]

    async def _counts(self) -> dict[str, int]:
        path = self.data / COUNTS
        path.unlink(missing_ok=True)
        os.kill(self.server.pid, signal.SIGUSR1)
        await until(path.exists, "a count")
        return orjson.loads(path.read_bytes())

    def _descriptors(self) -> list[str]:
        folder = Path(f"/proc/{self.server.pid}/fd")
        return [str(path.readlink()) for path in folder.iterdir()]
