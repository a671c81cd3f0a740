"""A server with reports of its own, and each engine opened once for the session."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
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
async def make_database(postgres: Cluster) -> Callable[[], Awaitable[str]]:
    """Makes databases whose owner, the reading role, has no right to the table `secret`."""
    connection = await asyncpg.connect(postgres.url())
    await connection.execute(f"create role reader login password '{postgres.password}'")
    await connection.close()

    async def make() -> str:
        name = f"browser_{secrets.token_hex(4)}"
        for database, statement in (
            ("postgres", f"create database {name} owner reader"),
            (name, "create table secret (word text)"),
        ):
            connection = await asyncpg.connect(postgres.url(database=database))
            await connection.execute(statement)
            await connection.close()
        return postgres.url(database=name, user="reader")

    return make


@pytest.fixture(scope="session")
async def server(
    make_database: Callable[[], Awaitable[str]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """The session's server; tests that kill or fill one start their own."""
    with served(await make_database(), tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
async def own_database(make_database: Callable[[], Awaitable[str]]) -> str:
    """For a server of the test's own, so that servers do not see each other's runs."""
    return await make_database()


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
def chromium(opened: Opener) -> WebDriver:
    """The engine that tells its console and its downloads."""
    return fresh(opened, "chromium", Look())


@pytest.fixture
def page(driver: WebDriver, server: Server) -> ReportPage:
    """The session's server in each engine."""
    driver.get(f"{server.url}/health")
    driver.delete_all_cookies()
    return ReportPage(driver, server.url)


def fresh(opened: Opener, engine: Engine, look: Look) -> WebDriver:
    """The engine without what an earlier test left on its page."""
    try:
        driver = opened(engine, look)
    except MissingBrowser as missing:
        skip_or_fail(str(missing))
    driver.get("about:blank")
    return driver
