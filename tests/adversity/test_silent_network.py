"""The network to PostgreSQL goes silent: connections stay, new ones are taken, nothing is said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from app.settings import Settings
from tests.adversity.live import live
from tests.adversity.recovery import kept_rows, works_again
from tests.readers import both_readers
from tests.serving import Served, serving_reports

SHOWN = 2400  # rows of "lasting" that are surely there: COPY keeps up to 8 KB of them back
READ_BYTES = 64 * 1024

pytestmark = pytest.mark.slow


class Road:
    """Passes bytes on between a port of its own and PostgreSQL's, while it is `open`."""

    def __init__(self, host: str, port: int) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self._there = (host, port)
        self._walks: set[asyncio.Task[None]] = set()

    async def met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody comes; who comes while it is closed waits at its beginning."""
        await self.open.wait()
        there_reader, there_writer = await asyncio.open_connection(*self._there)
        for walk in (self._walk(reader, there_writer), self._walk(there_reader, writer)):
            task = asyncio.create_task(walk)
            self._walks.add(task)
            task.add_done_callback(self._walks.discard)

    async def _walk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(READ_BYTES):
                await self.open.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@pytest.fixture
async def road(settings: Settings) -> AsyncIterator[tuple[Road, Settings]]:
    """The road to the reports, and the settings that lead over it; the state is reached without."""
    address = urlsplit(str(settings.database_url))
    assert address.hostname is not None
    assert address.port is not None
    road = Road(address.hostname, address.port)
    server = await asyncio.start_server(road.met, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    over = address._replace(netloc=address.netloc.rpartition(":")[0] + f":{port}").geturl()
    try:
        yield road, replace(settings, database_url=over)
    finally:
        road.open.set()
        server.close()


@pytest.fixture
async def far_server(road: tuple[Road, Settings]) -> AsyncIterator[Served]:
    async with serving_reports(road[1]) as served:
        yield served


@both_readers
async def test_a_run_that_hears_nothing_more_can_be_cancelled(
    far_server: Served, road: tuple[Road, Settings]
) -> None:
    run = await far_server.start("lasting")
    async with live(far_server.url, run) as follower:
        await follower.until_rows(SHOWN)
        road[0].open.clear()
        await far_server.client.delete(f"/api/runs/{run}")
        await follower.until_end()

    assert follower.ledger.end["reason"] == "user"
    assert await kept_rows(far_server, run) == len(follower.ledger.rows)
    road[0].open.set()
    await works_again(far_server)
