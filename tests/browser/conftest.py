"""A server with reports of its own, and each engine opened once for the session."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.engines import ENGINES, Engine, Look, MissingBrowser, browser
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server, served
from tests.conftest import skip_or_fail
from tests.postgres import Cluster

Opener = Callable[[Engine, Look], WebDriver]


@pytest.fixture(scope="session")
def make_database(postgres: Cluster) -> Callable[[], str]:
    """Makes databases whose owner, the reading role, has no right to the table `secret`."""
    asyncio.run(execute(postgres.url(), f"create role reader login password '{postgres.password}'"))

    def make() -> str:
        name = f"browser_{secrets.token_hex(4)}"
        asyncio.run(execute(postgres.url(), f"create database {name} owner reader"))
        asyncio.run(execute(postgres.url(database=name), "create table secret (word text)"))
        return postgres.url(database=name, user="reader")

    return make


async def execute(url: str, statement: str) -> None:
    """One statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def server(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The session's server; tests that kill or fill one start their own."""
    with served(make_database(), tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
def own_database(make_database: Callable[[], str]) -> str:
    """For a server of the test's own, so that servers do not see each other's runs."""
    return make_database()


@pytest.fixture
def own_server(own_database: str, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts a server with settings of the test's own, and ends it."""
    with contextlib.ExitStack() as stack:

        def start(**settings: str) -> Server:
            return stack.enter_context(served(own_database, tmp_path, **settings))

        yield start


@pytest.fixture(scope="session")
def opened() -> Iterator[Opener]:
    """Opens each engine with each look once."""
    drivers: dict[tuple[Engine, Look], WebDriver] = {}
    with contextlib.ExitStack() as stack:

        def open_once(engine: Engine, look: Look) -> WebDriver:
            if (engine, look) not in drivers:
                drivers[engine, look] = stack.enter_context(browser(engine, look))
            return drivers[engine, look]

        yield open_once


@pytest.fixture(params=ENGINES)
def driver(request: pytest.FixtureRequest, opened: Opener) -> WebDriver:
    """Each engine in turn, as a reader who has never been here."""
    return fresh(opened, request.param, Look())


@pytest.fixture
def page(driver: WebDriver, server: Server) -> ReportPage:
    """The session's server in each engine."""
    driver.get(f"{server.url}/static/icon.svg")
    driver.delete_all_cookies()
    page = ReportPage(driver, server.url)
    page.script("localStorage.clear()")
    return page


def fresh(opened: Opener, engine: Engine, look: Look) -> WebDriver:
    """The engine without what an earlier test left on its page."""
    try:
        driver = opened(engine, look)
    except MissingBrowser as missing:
        skip_or_fail(str(missing))
    driver.get("about:blank")
    return driver
