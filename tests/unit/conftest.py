"""A folder with the backlog of one run, for the tests of backlogs."""

from pathlib import Path

import pytest

from app.runs.backlog import BacklogFolder
from tests.backlog_events import RUN, write


@pytest.fixture
def folder(tmp_path: Path) -> BacklogFolder:
    return BacklogFolder(tmp_path / "backlog")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Where the frames lie, and where the index."""
    return tmp_path / "backlog" / f"{RUN}.zst", tmp_path / "backlog" / f"{RUN}.idx"


@pytest.fixture
def written(folder: BacklogFolder) -> BacklogFolder:
    """The folder, with a finished run of 3 chunks in 9 events."""
    with folder.create(RUN) as writer:
        write(writer)
    return folder
