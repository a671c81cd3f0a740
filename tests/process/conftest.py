"""What the tests of whole processes share: a data folder, and reports to serve."""

import asyncio
import secrets
import tempfile
from collections.abc import Generator
from pathlib import Path

import asyncpg
import psutil
import pytest

from tests.postgres import Cluster
from tests.process.running import kill_all
from tests.serving import write_reports


@pytest.fixture
def data() -> Generator[Path]:
    """A data folder below one that every user can pass (pytest's own are closed to others)."""
    with tempfile.TemporaryDirectory(prefix="rowstream-test-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "data"
        kill_all(servers_in(Path(folder)))  # a failed test must not leave its server


def servers_in(folder: Path) -> list[psutil.Process]:
    """Every process of PostgreSQL that works below a folder."""
    return [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == "postgres" and str(process.info["cwd"]).startswith(f"{folder}/")
    ]


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder of reports; a server that has one loads no demo."""
    return write_reports(tmp_path / "reports")


@pytest.fixture
def own_database(postgres: Cluster) -> Generator[str]:
    """A new database, for tests that are not asynchronous themselves."""
    name = f"test_{secrets.token_hex(6)}"
    asyncio.run(execute(postgres.url(), f"create database {name}"))
    yield postgres.url(database=name)
    asyncio.run(execute(postgres.url(), f"drop database {name} with (force)"))


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def given(tmp_path: Path, reports: Path, own_database: str) -> dict[str, object]:
    """Settings of a server over the tests' PostgreSQL, with the tests' reports."""
    return {"database_url": own_database, "reports": reports, "data": tmp_path / "data"}
