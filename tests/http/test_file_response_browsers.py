"""Browsers go on with a download that was cut, and take none that was cut for a whole one."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import psutil
import pytest
from selenium import webdriver
from selenium.webdriver.remote.webdriver import WebDriver
from structlog.testing import capture_logs

from app.exports.store import Store
from tests.browser.engines import Engine, MissingBrowser, browser
from tests.conftest import skip_or_fail
from tests.serving import until
from tests.stored_files import PATH, Site, noise, site_of, stored

PIECE = 64 * 1024
PIECE_SECONDS = 0.002
CUT_BYTES = 3_000_000
LARGE, SMALL = noise(20_000_000), b"a small one\n"
CLICK = """
const link = document.createElement("a");
link.href = arguments[0];
link.download = "";
document.body.append(link);
link.click();
"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass
class SlowLine:
    """Carries 30 MB a second, so that there is a middle; cuts a connection once, if told to."""

    target: int
    cuts: bool
    carried: int = 0
    ends: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])

    async def carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """One connection."""
        far, forth = await asyncio.open_connection("127.0.0.1", self.target)
        self.ends = [back, forth]
        with contextlib.suppress(OSError):
            await asyncio.gather(self._pass(near, forth), self._pass(far, back))

    def cut(self) -> None:
        """End the last connection without a last word."""
        for end in self.ends:
            end.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while (piece := await source.read(PIECE)) and not sink.is_closing():
            sink.write(piece)
            await sink.drain()
            self.carried += len(piece)
            if self.cuts and self.carried > CUT_BYTES:
                self.cuts = False
                self.cut()
            await asyncio.sleep(PIECE_SECONDS)
        sink.close()


@asynccontextmanager
async def slow_line(site: Site, *, cuts: bool = False) -> AsyncGenerator[tuple[SlowLine, str]]:
    """A slow way to the site, and the address at its near end."""
    line = SlowLine(site.client.base_url.port or 0, cuts)
    listener = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    try:
        yield line, f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()
        line.cut()


@asynccontextmanager
async def opened(engine: Engine) -> AsyncGenerator[tuple[WebDriver, Path]]:
    """A browser, and the folder where it saves."""
    stack = contextlib.ExitStack()
    try:
        driver = await asyncio.to_thread(stack.enter_context, browser(engine))
    except MissingBrowser as missing:
        skip_or_fail(str(missing))
    try:
        yield driver, saves(driver)
    finally:
        await asyncio.to_thread(stack.close)  # it waits for what goes through our event loop


def saves(driver: WebDriver) -> Path:
    if isinstance(driver, webdriver.Chrome):
        profile = cast("str", driver.capabilities["chrome"]["userDataDir"])
        folder = Path(profile).parent / "downloads"
        told = {"behavior": "allow", "downloadPath": str(folder)}
        driver.execute_cdp_cmd("Browser.setDownloadBehavior", told)
        return folder
    process = cast("int", driver.capabilities["moz:processID"])
    return Path(psutil.Process(process).environ()["HOME"]) / "Downloads"


async def click(driver: WebDriver, url: str) -> None:
    """Begin the download from a page of the same origin."""

    def clicked() -> None:
        driver.get(f"{url}/health")
        driver.execute_script(CLICK, url + PATH)

    await asyncio.to_thread(clicked)


def saved(folder: Path) -> list[bytes]:
    """Every file that the browser calls finished; Firefox keeps the name by an empty one."""
    found = [path.read_bytes() for path in folder.glob("*.csv")]
    return [content for content in found if content]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.of((tmp_path / "files").as_uri())


@pytest.mark.timeout(120)
async def test_chromium_goes_on_with_a_download_that_was_cut(store: Store) -> None:
    file = await stored(store, LARGE)
    async with (
        site_of(store, file) as site,
        slow_line(site, cuts=True) as (line, url),
        opened("chromium") as (driver, folder),
    ):
        await click(driver, url)
        await until(lambda: saved(folder) == [LARGE], "the download")

    assert line.carried < len(LARGE) + CUT_BYTES


@pytest.mark.timeout(120)
@pytest.mark.parametrize("engine", ["chromium", "firefox"])
async def test_a_file_that_vanished_in_the_middle_is_not_saved_as_a_whole_one(
    store: Store, engine: Engine
) -> None:
    """Another download that began later and is there shows that the first was given up."""
    large, small = await stored(store, LARGE), await stored(store, SMALL, key="small.1.csv")
    async with (
        site_of(store, large) as site,
        slow_line(site) as (line, url),
        opened(engine) as (driver, folder),
    ):
        with capture_logs() as logs:
            await click(driver, url)
            await until(lambda: line.carried > CUT_BYTES, "the download")
            await store.delete(large.keys)
            await until(lambda: any(each["event"] == "download_cut" for each in logs), "the cut")
        site.file = small
        await click(driver, url)
        await until(lambda: SMALL in saved(folder), "the other download")

        assert saved(folder) == [SMALL]
