"""A server with the reports of adversity, over a database of the test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.settings import Settings
from tests.adversity.reports import write_reports
from tests.serving import Served, serving_reports


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data=tmp_path / "data",
        reports=write_reports(tmp_path / "reports"),
        database_url=database_url,
        state_url=database_url,
        follower_grace=300.0,
    )


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Served]:
    async with serving_reports(settings) as served:
        yield served
