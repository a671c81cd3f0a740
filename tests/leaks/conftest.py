"""The settings of a server that leaves nothing: what has ended expires soon."""

from pathlib import Path

import pytest

from app.catalog.report import Reader
from app.settings import Settings
from tests.adversity.reports import REPORTS, write_reports

UNACCEPTED = {"unaccepted": "select no_such_column"}


@pytest.fixture
def settings(tmp_path: Path, database_url: str, reader: Reader) -> Settings:
    return Settings(
        data=tmp_path / "data",
        reports=write_reports(tmp_path / "reports", {**REPORTS, **UNACCEPTED}),
        database_url=database_url,
        state_url=database_url,
        follower_grace=1.0,
        reader=reader,
    )
