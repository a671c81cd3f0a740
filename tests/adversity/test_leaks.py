"""A hundred times the same leaves nothing behind: memory, descriptors, threads, tasks, files."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from app.settings import Settings
from tests.adversity.backends import Backends, backends_of
from tests.adversity.server_process import ServerProcess, server_process
from tests.serving import Served, until
from tests.wire import asked, followed

WARM = 30  # caches and pools fill, and the allocator finds its size
TIMES = 100
MOST_KIB = 2048  # 20 KiB a time is what the allocator does by itself
CONNECTIONS = 16  # ten to read with, one for the catalog, four for the state, one that listens
WAIT_SECONDS = 20.0
LOOK_SECONDS = 0.05

Doing = Callable[[str, httpx.AsyncClient], Awaitable[None]]


async def start(client: httpx.AsyncClient, report: str, **arguments: object) -> str:
    answer = await client.post(f"/api/reports/{report}/runs", json={"arguments": arguments})
    assert answer.status_code == 201, answer.text
    return answer.json()["run"]


async def complete(url: str, client: httpx.AsyncClient) -> None:
    """A run that is read to its end."""
    run = await start(client, "narrow", n=2500)
    assert (await followed(url, f"/api/runs/{run}/stream"))[-1].type == "completed"


async def disconnect(url: str, client: httpx.AsyncClient) -> None:
    """A client that leaves in the middle of its stream."""
    run = await start(client, "narrow", n=5000)
    async with asked(url, f"/api/runs/{run}/stream") as wire:
        await wire.take(4096)


async def cancel(url: str, client: httpx.AsyncClient) -> None:
    """A run that is cancelled while it is followed."""
    run = await start(client, "paced")
    async with asked(url, f"/api/runs/{run}/stream") as wire:
        await wire.take()
        assert (await client.delete(f"/api/runs/{run}")).status_code in (200, 202)
        assert [event async for event in wire.events()][-1].type == "cancelled"


async def fail(url: str, client: httpx.AsyncClient) -> None:
    """A run that PostgreSQL refuses in the middle."""
    run = await start(client, "dividing")
    assert (await followed(url, f"/api/runs/{run}/stream"))[-1].type == "failed"


async def resume(url: str, client: httpx.AsyncClient) -> None:
    """A stream that is cut twice."""
    run = await start(client, "narrow", n=2500)
    for after in (0, 2):
        async with asked(url, f"/api/runs/{run}/stream?after={after}") as wire:
            await wire.take(1000)
    assert (await followed(url, f"/api/runs/{run}/stream?after=3"))[-1].type == "completed"


DOINGS = pytest.mark.parametrize("doing", [complete, disconnect, cancel, fail, resume])


@dataclass(frozen=True, slots=True)
class Left:
    """What a server has, when everything is over."""

    descriptors: int
    threads: int
    connections: int
    files: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A server process, and what can be seen of it from outside."""

    server: ServerProcess
    backends: Backends
    backlog: Path

    async def left(self) -> Left:
        """Counted now."""
        connections = await self.backends.ours()
        return Left(
            # Pools keep what they have opened; they may grow to their size.
            descriptors=psutil.Process(self.server.pid).num_fds() - connections,
            threads=self.server.memory_kib("Threads"),
            connections=connections,
            files=len(list(self.backlog.iterdir())),
        )

    async def until_left(self, most: Left) -> None:
        """Wait until there is no more of anything than this."""
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while not _is_within(now := await self.left(), most):
            assert asyncio.get_running_loop().time() < deadline, f"{now}, at most {most}"
            await asyncio.sleep(LOOK_SECONDS)


def _is_within(now: Left, most: Left) -> bool:
    return all(getattr(now, name) <= getattr(most, name) for name in Left.__slots__)


@pytest.fixture
async def measured(settings: Settings, database_url: str) -> AsyncIterator[Measured]:
    more = {"backlog_ttl": "1s", "runs_per_owner": 1000}
    async with (
        server_process(settings, **more) as server,
        backends_of(database_url) as backends,
    ):
        yield Measured(server, backends, settings.data / "backlog")


@DOINGS
@pytest.mark.slow
@pytest.mark.timeout(180)  # 130 runs on a machine that does other things too
async def test_nothing_is_left_of_a_hundred(measured: Measured, doing: Doing) -> None:
    server = measured.server
    for _ in range(WARM):
        await doing(server.url, server.client)
    most, memory = await measured.left(), server.memory_kib("VmRSS")
    for _ in range(TIMES):
        await doing(server.url, server.client)

    await measured.until_left(Left(most.descriptors, most.threads, CONNECTIONS, files=0))
    assert server.memory_kib("VmRSS") - memory < MOST_KIB


@DOINGS
async def test_no_task_is_left(server: Served, doing: Doing) -> None:
    await doing(server.url, server.client)
    await until(lambda: not server.runs.active, "the end of the run")
    before = len(asyncio.all_tasks())
    for _ in range(10):
        await doing(server.url, server.client)

    await until(lambda: not server.runs.locals, "the end of the runs")
    await until(lambda: len(asyncio.all_tasks()) <= before, "the end of their tasks")
