"""A server whose exports are done by a worker in the test's own loop."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.settings import Settings
from tests.exports.exporting import Exporting, working
from tests.exports.gate import Gate, gate_in
from tests.exports.traces import Traces, traces_of
from tests.s3 import S3, s3_server
from tests.serving import serving_reports, settings_over


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_over(database_url, tmp_path)


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Exporting]:
    """Without a worker."""
    async with serving_reports(settings) as served:
        yield Exporting(served)


@pytest.fixture
async def exporting(settings: Settings, server: Exporting) -> AsyncIterator[Exporting]:
    """With one."""
    async with working(settings):
        yield server


@pytest.fixture
async def gate(settings: Settings) -> AsyncIterator[Gate]:
    """Where the reports that wait for it are stopped."""
    async with gate_in(str(settings.database_url)) as made:
        yield made


@pytest.fixture
async def traces(settings: Settings) -> AsyncIterator[Traces]:
    """What exports leave behind."""
    async with traces_of(settings) as found:
        yield found


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """The session's S3 server."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def prefix() -> str:
    """A folder of the test's own in its bucket."""
    return f"test-{secrets.token_hex(6)}"
