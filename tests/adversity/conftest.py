"""A server with the reports of adversity, over a database of the test's own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.catalog.report import Reader
from app.settings import Settings
from tests.adversity.reports import write_reports
from tests.postgres import Cluster
from tests.serving import Served, serving_reports


@pytest.fixture
def settings(tmp_path: Path, database_url: str, reader: Reader) -> Settings:
    return Settings(
        data=tmp_path / "data",
        reports=write_reports(tmp_path / "reports"),
        database_url=database_url,
        state_url=database_url,
        follower_grace=300.0,
        reader=reader,
    )


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Served]:
    async with serving_reports(settings) as served:
        yield served


@pytest.fixture
async def frail_server(settings: Settings, own_postgres: Cluster) -> AsyncIterator[Served]:
    """A server whose only PostgreSQL, state included, is the test's own to break."""
    url = own_postgres.url()
    async with serving_reports(replace(settings, database_url=url, state_url=url)) as served:
        yield served


@pytest.fixture
async def stateless_server(settings: Settings, own_postgres: Cluster) -> AsyncIterator[Served]:
    """A server whose state, and nothing else, is in a PostgreSQL that the test may break."""
    async with serving_reports(replace(settings, state_url=own_postgres.url())) as served:
        yield served
