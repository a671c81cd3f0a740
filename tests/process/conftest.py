"""What the tests of whole processes share: a data folder, and reports to serve."""

import tempfile
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

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
def given(tmp_path: Path, reports: Path, database_url: str) -> dict[str, object]:
    """Settings of a server over the tests' PostgreSQL, with the tests' reports."""
    return {"database_url": database_url, "reports": reports, "data": tmp_path / "data"}
