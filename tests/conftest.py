"""The fixtures that every kind of test shares: an event loop, PostgreSQL clusters, databases."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import NoReturn

import asyncpg
import pytest

from app.catalog.report import Reader
from app.demo.loader import load_demo
from tests.postgres import Cluster, cluster, debian_binaries, embedded_binaries


def pytest_addoption(parser: pytest.Parser) -> None:
    """What the browser tests are asked, said where pytest looks for options."""
    parser.addoption(
        "--every-engine", action="store_true", help="run each browser test in every engine that can"
    )


@pytest.fixture
def reader() -> Reader:
    """Who reads the runs of a test that is not parametrized by `both_readers`."""
    return "auto"


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The loop that the product runs on."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The session's cluster of the embedded version; tests neither stop nor configure it."""
    with cluster(embedded_binaries()) as made:
        yield made


@pytest.fixture(scope="session")
def postgres_url(postgres: Cluster) -> str:
    """The session's database, as superuser. Tests that write take `database_url` instead."""
    return postgres.url()


@pytest.fixture(scope="session")
def debian_postgres() -> Iterator[Cluster]:
    """A cluster of Debian's version, the second one that is tested."""
    binaries = debian_binaries()
    if binaries is None:
        skip_or_fail("Debian's PostgreSQL is not installed")
    with cluster(binaries) as made:
        yield made


@pytest.fixture
def own_postgres() -> Iterator[Cluster]:
    """A cluster of the test's own, to be stopped, paused, filled or broken."""
    with cluster(embedded_binaries()) as made:
        yield made


@pytest.fixture(scope="session")
async def demo_url(postgres: Cluster) -> str:
    """A database with the demo data, as superuser; tests only read it."""
    await _administer(postgres.url(), "create database demo")
    await load_demo(postgres.url(database="demo"))
    return postgres.url(database="demo")


@pytest.fixture
async def database_url(postgres: Cluster) -> AsyncIterator[str]:
    """A new, empty database of the session's cluster, as superuser."""
    name = f"test_{secrets.token_hex(6)}"
    await _administer(postgres.url(), f"create database {name}")
    yield postgres.url(database=name)
    await _administer(postgres.url(), f"drop database {name} with (force)")


async def _administer(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def skip_or_fail(reason: str) -> NoReturn:
    """Skips a test whose needs are missing; where CI is set, that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI has to have it.")
    pytest.skip(f"{reason}: `make test` installs it where apt-get may be used.")
