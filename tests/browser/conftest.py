"""A server with reports of its own, and each engine opened once for the session: what is marked
`every_engine` runs in all of them, any other test in one that a hash of its name chooses."""

import asyncio
import contextlib
import secrets
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import asyncpg
import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.engines import ENGINES, Engine, Look, MissingBrowser, browser
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server, served
from tests.conftest import skip_or_fail
from tests.postgres import Cluster

Opener = Callable[[Engine, Look], WebDriver]
MARKERS = (
    "every_engine: runs in each engine, not in one of them",
    "engines(name, ...): those that can run it",
)


def pytest_configure(config: pytest.Config) -> None:
    """Names the markers of browser tests."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Gives each test its engines; one that is parametrized with them has them already."""
    given = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "engine" in metafunc.fixturenames and "engine" not in given:
        metafunc.parametrize("engine", engines_of(metafunc.definition), indirect=True)


def engines_of(test: pytest.Item) -> tuple[Engine, ...]:
    """The engines that can run it (`engines`), or one of them, the same at every run."""
    able = test.get_closest_marker("engines")
    engines = cast("tuple[Engine, ...]", able.args) if able else ENGINES
    if test.get_closest_marker("every_engine") or test.config.getoption("every_engine"):
        return engines
    return (engines[zlib.crc32(test.nodeid.encode()) % len(engines)],)


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


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """The test's engine."""
    return request.param


@pytest.fixture
def driver(engine: Engine, opened: Opener) -> WebDriver:
    """The test's engine, as a reader who has never been here."""
    return fresh(opened, engine, Look())


@pytest.fixture
def page(driver: WebDriver, server: Server) -> ReportPage:
    """The session's server in the test's engine."""
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
