"""The server that the tests of routes talk to, over a real socket and a real PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from tests.serving import Served, serving_reports, settings_over


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_over(database_url, tmp_path)


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Served]:
    async with serving_reports(settings) as served:
        yield served


@pytest.fixture
def client(server: Served) -> httpx.AsyncClient:
    return server.client
