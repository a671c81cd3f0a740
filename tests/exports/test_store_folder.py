"""A folder as the store: who may read it, a disk that is full, a writer that is killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import Storage
from app.exports.store import PART_BYTES, Store
from tests.adversity.small_disk import SmallDisk, small_disk
from tests.stored_files import kill_writer, lay, noise

MIB = 2**20
KEY = "one.1.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a folder" / "100%"


@pytest.fixture
def store(folder: Path) -> Store:
    return Store.of(folder.as_uri())


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", size="48m") as made:
        yield made


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("size", [1, 2 * PART_BYTES])
async def test_files_are_for_nobody_else(store: Store, folder: Path, size: int) -> None:
    await lay(store, KEY, noise(size))

    assert (mode(folder), mode(folder / KEY)) == (0o700, 0o600)


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir(mode=0o750)

    Store.of((tmp_path / "files").as_uri())

    assert mode(tmp_path / "files") == 0o750


def test_a_folder_that_cannot_be_made_is_said_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(Storage) as caught:
        Store.of((tmp_path / "file" / "files").as_uri())

    assert str(tmp_path) not in str(caught.value.problem())


async def test_what_a_killed_writer_left_is_seen_and_can_be_deleted(
    store: Store, folder: Path
) -> None:
    kill_writer(folder.as_uri(), KEY)

    [left] = await store.entries()

    assert left.key == f"{KEY}#1"
    assert left.size >= 2 * PART_BYTES
    assert await store.size(KEY) is None
    await store.delete([left.key])
    assert await store.entries() == []


async def test_what_a_killed_writer_left_does_not_stop_the_next(store: Store, folder: Path) -> None:
    kill_writer(folder.as_uri(), KEY)

    await lay(store, KEY, noise(3 * PART_BYTES))

    assert await store.size(KEY) == 3 * PART_BYTES
    await store.delete([KEY])
    assert await store.entries() == []


@pytest.mark.parametrize(("leaving", "size"), [(20 * MIB, 40 * MIB), (0, MIB), (0, 1)])
async def test_a_full_disk_is_said_and_nothing_stays_on_it(
    disk: SmallDisk, leaving: int, size: int
) -> None:
    store = Store.of((disk.folder / "files").as_uri())
    disk.fill(leaving=leaving)

    with pytest.raises(Storage, match="no room") as caught:
        await lay(store, KEY, noise(size))

    assert str(disk.folder) not in str(caught.value.problem())
    assert await store.entries() == []
    disk.empty()
    await lay(store, KEY, noise(size))
    assert await store.size(KEY) == size


async def test_a_disk_that_fills_up_with_the_last_part_is_said(disk: SmallDisk) -> None:
    store = Store.of((disk.folder / "files").as_uri())
    disk.fill(leaving=2 * PART_BYTES)

    with pytest.raises(Storage, match="no room"):
        await lay(store, KEY, noise(2 * PART_BYTES + MIB))

    assert await store.entries() == []


async def test_a_file_with_a_hole_in_it_cannot_be_read(store: Store, folder: Path) -> None:
    await lay(store, KEY, noise(MIB))
    (folder / KEY).write_bytes(noise(1000))

    with pytest.raises(Storage):
        async for _ in store.pieces(KEY, 0, MIB):
            pass
