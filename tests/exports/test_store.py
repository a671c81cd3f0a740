"""A store keeps whole files or nothing: the same tests over a folder and an S3 server."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from app.errors import StartupError, Storage
from app.exports.sink import GATHER_BYTES
from app.exports.store import PART_BYTES, PIECE_BYTES, Store
from tests.s3 import S3, reaching
from tests.stored_files import noise

MIB = 2**20
KEY = "one.1.csv"
SIZES = [0, 1, GATHER_BYTES, PART_BYTES - 1, PART_BYTES, 2 * PART_BYTES + 3]

Left = Callable[[], list[str]]


class Interrupted(Exception):
    """What the test raises while a file is written."""


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, prefix: str) -> Iterator[Store]:
    if request.param == "folder":
        yield Store.of((tmp_path / "files").as_uri())
        return
    server: S3 = request.getfixturevalue("s3")
    with reaching(server):
        yield Store.of(server.url(prefix))


@pytest.fixture
def unfinished(request: pytest.FixtureRequest, prefix: str) -> Left:
    """What uploads a bucket still waits for; a folder shows its own among its entries."""
    if "bucket" in request.node.name:
        server: S3 = request.getfixturevalue("s3")
        return lambda: server.unfinished(prefix)
    return list


async def lay(store: Store, data: bytes, *, key: str = KEY) -> None:
    async with store.writing(key) as sink:
        await sink.write(data)


async def read(store: Store, start: int, end: int, *, key: str = KEY) -> bytes:
    return b"".join([piece async for piece in store.pieces(key, start, end)])


async def keys(store: Store) -> list[str]:
    return sorted(entry.key for entry in await store.entries())


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_written_is_there(store: Store, size: int) -> None:
    data = noise(size)

    await lay(store, data)

    assert await store.size(KEY) == size
    found = hashlib.sha256(await read(store, 0, size)).digest()
    assert found == hashlib.sha256(data).digest()


async def test_pieces_of_any_size_are_written_in_order(store: Store) -> None:
    data, rest = noise(PART_BYTES + 7), memoryview(noise(PART_BYTES + 7))
    async with store.writing(KEY) as sink:
        for step in (0, 1, 10, 100_000, GATHER_BYTES, PART_BYTES, 3 * PART_BYTES):
            await sink.write(rest[:step])
            rest = rest[step:]

    assert await read(store, 0, len(data)) == data


async def test_a_file_is_not_there_before_it_is_whole(store: Store) -> None:
    async with store.writing(KEY) as sink:
        await sink.write(noise(2 * PART_BYTES))
        assert await store.size(KEY) is None

    assert await keys(store) == [KEY]


@pytest.mark.parametrize("size", [1, 3 * PART_BYTES])
async def test_an_error_while_writing_leaves_nothing(
    store: Store, size: int, unfinished: Left
) -> None:
    with pytest.raises(Interrupted):
        await broken(store, size)

    assert await keys(store) == unfinished() == []


async def broken(store: Store, size: int) -> NoReturn:
    async with store.writing(KEY) as sink:
        await sink.write(noise(size))
        raise Interrupted


@pytest.mark.parametrize("size", [1, 3 * PART_BYTES])
async def test_a_cancelled_writer_leaves_nothing(store: Store, size: int, unfinished: Left) -> None:
    written = asyncio.Event()

    async def write() -> None:
        async with store.writing(KEY) as sink:
            await sink.write(noise(size))
            written.set()
            await asyncio.Event().wait()

    await cancelled(asyncio.create_task(write()), written)

    assert await keys(store) == unfinished() == []


async def test_a_writer_cancelled_in_the_middle_of_a_write_leaves_nothing(
    store: Store, unfinished: Left
) -> None:
    begun = asyncio.Event()

    async def write() -> None:
        async with store.writing(KEY) as sink:
            await sink.write(noise(2 * PART_BYTES))
            begun.set()
            while True:
                await sink.write(noise(MIB))

    await cancelled(asyncio.create_task(write()), begun)

    assert await keys(store) == unfinished() == []


async def test_a_writer_cancelled_at_the_end_leaves_nothing(store: Store, unfinished: Left) -> None:
    ending = asyncio.Event()

    async def write() -> None:
        async with store.writing(KEY) as sink:
            await sink.write(noise(3 * PART_BYTES))
            ending.set()

    await cancelled(asyncio.create_task(write()), ending)

    assert await keys(store) == unfinished() == []


async def cancelled(task: "asyncio.Task[None]", when: asyncio.Event) -> None:
    """Cancel a task as soon as that has happened, and more than once, as scopes do."""
    await when.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_finished_file_of_ours_is_put(store: Store, tmp_path: Path) -> None:
    path, data = tmp_path / "made.xlsx", noise(PART_BYTES + 1)
    path.write_bytes(data)

    await store.put_file("book.1.xlsx", path)

    assert await read(store, 0, len(data), key="book.1.xlsx") == data


@pytest.mark.parametrize(
    ("start", "end"), [(0, 0), (0, 1), (5, 5), (1, PIECE_BYTES + 2), (MIB - 1, MIB), (7, MIB)]
)
async def test_any_part_of_a_file_can_be_read(store: Store, start: int, end: int) -> None:
    data = noise(MIB)
    await lay(store, data)

    assert await read(store, start, end) == data[start:end]


async def test_a_file_is_read_in_bounded_pieces(store: Store) -> None:
    await lay(store, noise(MIB))

    sizes = [len(piece) async for piece in store.pieces(KEY, 0, MIB)]

    assert max(sizes) <= PIECE_BYTES


@pytest.mark.parametrize(("start", "end"), [(0, MIB + 1), (MIB, MIB + 1), (2 * MIB, 3 * MIB)])
async def test_what_is_not_in_the_file_cannot_be_read(store: Store, start: int, end: int) -> None:
    await lay(store, noise(MIB))

    with pytest.raises(Storage):
        await read(store, start, end)


async def test_a_missing_file_has_no_size_and_cannot_be_read(store: Store) -> None:
    assert await store.size(KEY) is None
    with pytest.raises(Storage, match="not there any more"):
        await read(store, 0, 1)


async def test_a_file_that_is_replaced_is_not_read_on(store: Store) -> None:
    await lay(store, noise(4 * MIB))

    with pytest.raises(Storage, match="not there any more"):
        await read_beside(store, lay(store, noise(4 * MIB, seed=2)))


async def test_a_file_that_is_deleted_is_not_read_on(store: Store) -> None:
    await lay(store, noise(4 * MIB))

    with pytest.raises(Storage, match="not there any more"):
        await read_beside(store, store.delete([KEY]))


async def read_beside(store: Store, other: Awaitable[None]) -> None:
    """Begin to read, do the other thing, and read on."""
    pieces = store.pieces(KEY, 0, 4 * MIB)
    await anext(pieces)
    await other
    async for _ in pieces:
        pass


async def test_deleting_is_repeatable_and_spares_others(store: Store) -> None:
    for key in ("a.1.csv", "a.1.csv.gz", "b.1.csv"):
        await lay(store, b"x", key=key)

    await store.delete(["a.1.csv", "missing.1.csv"])
    await store.delete(["a.1.csv"])
    await store.delete([])

    assert await keys(store) == ["a.1.csv.gz", "b.1.csv"]


async def test_entries_say_what_lies_here_how_much_and_since_when(store: Store) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    await lay(store, noise(10))
    await lay(store, noise(20), key="folder/two.1.json")

    found = {entry.key: entry for entry in await store.entries()}

    assert {key: entry.size for key, entry in found.items()} == {KEY: 10, "folder/two.1.json": 20}
    assert all(before < each.modified < datetime.now(UTC) for each in found.values())


async def test_an_empty_store_has_no_entries(store: Store) -> None:
    assert await store.entries() == []


@pytest.mark.parametrize("key", ["", "../a", "a/../b", "/a", "a//b", "a/", ".hidden", "a\0", "a b"])
async def test_a_key_that_leaves_the_store_is_none(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await store.size(key)
    with pytest.raises(ValueError, match="not a key"):
        await store.delete([key])


async def test_many_files_are_written_at_once(store: Store) -> None:
    data = {f"{number}.1.csv": noise(200_000, seed=number) for number in range(8)}

    await asyncio.gather(*(lay(store, each, key=key) for key, each in data.items()))

    for key, each in data.items():
        assert await read(store, 0, len(each), key=key) == each


@pytest.mark.parametrize(
    "url", ["", "files", "/files", "http://host/x", "file:", "file://host/x", "s3:", "s3:///x"]
)
def test_an_address_that_is_no_store_is_refused(url: str) -> None:
    with pytest.raises(StartupError, match="s3://"):
        Store.of(url)
