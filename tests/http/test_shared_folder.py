"""A second server with a state of its own leaves the rows of the first one where they are."""

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from app.settings import Settings
from tests.postgres import Cluster
from tests.serving import Served, serving_reports, until


@pytest.fixture
async def other_url(postgres: Cluster, database_url: str) -> AsyncIterator[str]:
    connection = await asyncpg.connect(database_url)
    name = f"{await connection.fetchval('select current_database()')}_other"
    await connection.execute(f"create database {name}")
    yield postgres.url(database=name)
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


async def test_a_server_on_another_database_deletes_no_rows_in_the_same_folder(
    server: Served, settings: Settings, other_url: str
) -> None:
    run = await server.finished(n=3)
    await until(lambda: run not in server.runs.locals, "saving the run")
    async with serving_reports(replace(settings, state_url=other_url)):
        answer = await server.client.get(f"/api/runs/{run}/rows.csv")

    assert answer.status_code == 200, answer.text
