"""Downloads beside clients that leave or stall, and files that vanish while they are sent."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from structlog.testing import capture_logs

from app.exports.store import FolderStore
from tests.serving import until
from tests.stored_files import Site, noise, said, site_of, stored

MIB = 2**20
DATA = noise(24 * MIB)
BUFFER = 4096


class WatchedStore(FolderStore):
    """A folder that counts how many reads are under way, and the bytes they gave."""

    under_way = 0
    given = 0

    async def pieces(self, key: str, start: int, end: int) -> AsyncGenerator[bytes]:
        """The same pieces."""
        self.under_way += 1
        try:
            async for piece in super().pieces(key, start, end):
                self.given += len(piece)
                yield piece
        finally:
            self.under_way -= 1


@pytest.fixture
def store(tmp_path: Path) -> WatchedStore:
    return WatchedStore(tmp_path / "files")


@pytest.fixture
async def site(store: WatchedStore) -> AsyncIterator[Site]:
    async with site_of(store, await stored(store, DATA, codings=())) as made:
        yield made


def stalled(url: str) -> socket.socket:
    """A client that asks and then reads nothing."""
    parts = urlsplit(url)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    client.connect((parts.hostname, parts.port))
    client.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    return client


async def download(site: Site, meanwhile: Awaitable[object]) -> None:
    """Begin it, let that happen, and read on to the end."""
    async with site.client.stream("GET", urlsplit(site.url).path) as answer:
        assert answer.headers["content-length"] == str(len(DATA))
        pieces = answer.aiter_raw()
        await anext(pieces)
        await meanwhile
        async for _ in pieces:
            pass


async def test_a_file_that_vanishes_in_the_middle_cuts_the_download(site: Site) -> None:
    with capture_logs() as logs, pytest.raises(httpx.RemoteProtocolError, match="complete message"):
        await download(site, site.store.delete([site.file.key]))

    assert [(each["event"], each["log_level"]) for each in logs] == [("download_cut", "warning")]


async def test_a_file_that_is_replaced_in_the_middle_cuts_the_download(site: Site) -> None:
    another = stored(site.store, noise(len(DATA), seed=2), codings=())
    with capture_logs() as logs, pytest.raises(httpx.RemoteProtocolError, match="complete message"):
        await download(site, another)

    assert [each["event"] for each in logs] == ["download_cut"]


async def test_curl_sees_that_a_cut_file_is_not_whole(
    site: Site, store: WatchedStore, tmp_path: Path
) -> None:
    slowly = ("curl", "-sS", "--limit-rate", "4M", "-o", str(tmp_path / "cut"), site.url)
    download = asyncio.create_task(said(*slowly))
    await until(lambda: store.given > 0, "the download")
    await store.delete([site.file.key])

    ended, output = await download

    assert (ended, "transfer closed" in output) == (18, True), output


async def test_a_client_that_leaves_ends_the_reading(site: Site, store: WatchedStore) -> None:
    with stalled(site.url):
        await until(lambda: store.given > 0, "the download")

    await until(lambda: store.under_way == 0, "the end of the reading")
    assert store.given < len(DATA)


async def test_a_client_that_takes_nothing_is_dropped_after_the_send_timeout(
    store: WatchedStore,
) -> None:
    file = await stored(store, DATA, codings=())
    async with site_of(store, file, send_timeout=0.3) as site:
        with capture_logs() as logs, stalled(site.url):
            await until(lambda: bool(logs), "the drop")
            await until(lambda: store.under_way == 0, "the end of the reading")

    assert [entry["event"] for entry in logs] == ["download_dropped"]


async def test_no_more_is_read_than_a_client_takes(site: Site, store: WatchedStore) -> None:
    clients = 20
    process = psutil.Process(os.getpid())
    await site.ask(range="bytes=0-999999")
    before, store.given = process.memory_info().rss, 0
    with ExitStack() as stack:
        for _ in range(clients):
            stack.enter_context(stalled(site.url))
        await until(lambda: store.under_way == clients, "the downloads")
        await until(lambda: store.given >= clients * MIB / 4, "their first pieces")
        await site.ask(range="bytes=0-9")
        grown = process.memory_info().rss - before

    assert store.given < clients * 8 * MIB
    assert grown < 64 * MIB


async def test_a_slow_client_gets_everything(site: Site) -> None:
    body = bytearray()
    async with site.client.stream("GET", urlsplit(site.url).path) as answer:
        async for piece in answer.aiter_raw(MIB):
            body += piece
            await asyncio.sleep(0)

    assert body == DATA
