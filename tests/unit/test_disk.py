"""Whether the disk takes more rows."""

from pathlib import Path

import pytest

from app.errors import Storage
from app.runs.disk import check_disk


def test_a_folder_with_room_is_fine(tmp_path: Path) -> None:
    check_disk(tmp_path)


@pytest.mark.parametrize(
    ("folder", "words"),
    [(Path("/nowhere/at/all"), "cannot be read"), (Path("/proc"), "nearly full")],
    ids=["missing", "full"],
)
def test_a_disk_that_takes_nothing_is_storage(folder: Path, words: str) -> None:
    with pytest.raises(Storage, match=words):
        check_disk(folder)
