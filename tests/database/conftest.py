"""Databases that the tests of one module share, because they only read."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.postgres import Cluster


@asynccontextmanager
async def new_database(cluster: Cluster) -> AsyncGenerator[str]:
    """The address of a database with a name of its own, dropped at the end."""
    name = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(cluster.url())
    try:
        await connection.execute(f"create database {name}")
        yield cluster.url(database=name)
        await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def shared_database_url(postgres: Cluster) -> AsyncGenerator[str]:
    """A database of the embedded version."""
    async with new_database(postgres) as url:
        yield url


@pytest.fixture(scope="module")
async def debian_database_url(debian_postgres: Cluster) -> AsyncGenerator[str]:
    """A database of Debian's version."""
    async with new_database(debian_postgres) as url:
        yield url


@pytest.fixture
async def connection(
    shared_database_url: str,
) -> "AsyncGenerator[asyncpg.Connection[asyncpg.Record]]":
    """A connection to the module's database, as the pool opens them."""
    made = await asyncpg.connect(shared_database_url, statement_cache_size=0)
    yield made
    await made.close()
