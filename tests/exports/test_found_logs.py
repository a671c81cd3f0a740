"""What the log says of downloads that go wrong."""

from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from structlog.testing import capture_logs

from app.exports.store import FolderStore
from tests.stored_files import Site, noise, site_of, stored

DATA = noise(24 * 2**20)  # more than a client's and the system's buffers take


async def test_a_cut_download_leaves_no_key_and_no_path_in_the_log(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files")
    file = await stored(store, DATA, codings=())
    async with site_of(store, file) as site:
        with capture_logs() as logs, pytest.raises(httpx.RemoteProtocolError):
            await _download(site, store)

    assert [each["event"] for each in logs] == ["download_cut"]
    assert logs[0]["cause"] == "FileNotFoundError"
    assert file.key not in str(logs)
    assert str(tmp_path) not in str(logs)


async def _download(site: Site, store: FolderStore) -> None:
    """Begin it, and delete the file meanwhile."""
    async with site.client.stream("GET", urlsplit(site.url).path) as answer:
        pieces = answer.aiter_raw()
        await anext(pieces)
        await store.delete([site.file.key])
        async for _ in pieces:
            pass
