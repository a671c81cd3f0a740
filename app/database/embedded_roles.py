"""The roles, the database and the rights inside the embedded PostgreSQL, made at each start."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import TYPE_CHECKING

import asyncpg

from app.database.cluster import ADMIN, DATABASE, READING, STATE

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

ASK_SECONDS = 5.0  # to connect, and to answer one short question


async def make_roles(url: "Callable[[str, str], str]", passwords: dict[str, str]) -> None:
    """Make roles, passwords, database and rights, or bring them up to date.

    `url(role, database)` is an address; everything is done as the superuser.
    """
    async with connected(url(ADMIN, "postgres")) as connection:
        async with connection.transaction():
            await connection.execute(_script("embedded_roles.sql"))
            for role in (STATE, READING):
                await _set_password(connection, role, passwords[role])
        known = "select true from pg_database where datname = $1"
        if not await connection.fetchval(known, DATABASE):
            await connection.execute(f'create database "{DATABASE}" owner "{STATE}"')
    async with connected(url(ADMIN, DATABASE)) as connection, connection.transaction():
        await connection.execute(_script("embedded_rights.sql"))


async def answers_for(url: str) -> str | None:
    """The data folder of the server at this address, or None when none answers (yet)."""
    try:
        async with connected(url) as connection:
            return await connection.fetchval("show data_directory", timeout=ASK_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return None  # not there, starting, recovering, stopping, or not ours


@asynccontextmanager
async def connected(url: str) -> "AsyncGenerator[Connection]":
    """A connection for the length of a block."""
    connection = await asyncpg.connect(url, timeout=ASK_SECONDS, ssl=False)
    try:
        yield connection
    finally:
        connection.terminate()


async def _set_password(connection: "Connection", role: str, password: str) -> None:
    # `alter role` takes no binds: PostgreSQL itself quotes the two values.
    quoted = "select format('alter role %I password %L', $1::text, $2::text)"
    await connection.execute(await connection.fetchval(quoted, role, password))


def _script(name: str) -> str:
    return files("app.database").joinpath(name).read_text()
