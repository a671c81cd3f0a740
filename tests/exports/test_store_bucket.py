"""A bucket as the store: a server that refuses, stumbles, hangs, or is not there."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from app.errors import Storage
from app.exports.bucket import bucket_config
from app.exports.store import DROP_SECONDS, PART_BYTES, Store
from tests.s3 import S3, SECRET, Gate, gate_before, reaching
from tests.stored_files import kill_writer, lay, noise

KEY = "one.1.csv"
SIZES = pytest.mark.parametrize("size", [1, 3 * PART_BYTES])


@pytest.fixture
async def gate(s3: S3) -> AsyncIterator[Gate]:
    async with gate_before(s3) as made:
        yield made


@pytest.fixture
def store(gate: Gate, prefix: str) -> Store:
    with reaching(replace(gate.server, endpoint=gate.endpoint)):
        return Store.of(gate.server.url(prefix))


@contextmanager
def refused(match: str) -> Generator[None]:
    """A refusal in those words, and without anything that is nobody's business."""
    with pytest.raises(Storage, match=match) as caught:
        yield
    told = str(caught.value.problem())
    assert "127.0.0.1" not in told
    assert "files" not in told.replace("storage of files", "")
    assert SECRET not in told + repr(caught.value.__cause__)


@SIZES
async def test_a_refusal_is_said(store: Store, gate: Gate, size: int) -> None:
    gate.refuse(403)

    with refused("refuses"):
        await lay(store, KEY, noise(size))


async def test_a_refusal_in_the_middle_leaves_no_file(store: Store, gate: Gate) -> None:
    with refused("refuses|does not answer"):
        async with store.writing(KEY) as sink:
            await sink.write(noise(2 * PART_BYTES))
            gate.refuse(403)
            await sink.write(noise(3 * PART_BYTES))

    gate.pass_on()
    assert await store.size(KEY) is None


async def test_what_could_not_be_aborted_is_seen_and_can_be_deleted(
    store: Store, gate: Gate
) -> None:
    await lay(store, "two.1.csv", b"two")
    with refused("refuses|does not answer"):
        async with store.writing(KEY) as sink:
            await sink.write(noise(2 * PART_BYTES))
            gate.refuse(403)
            await sink.write(noise(3 * PART_BYTES))
    gate.pass_on()

    [two, left] = sorted(await store.entries(), key=lambda entry: entry.size, reverse=True)

    assert (two.key, left.key.partition("#")[0]) == ("two.1.csv", KEY)
    await store.delete([left.key])
    await store.delete([left.key])
    assert [each.key for each in await store.entries()] == ["two.1.csv"]


async def test_a_last_part_that_fails_leaves_no_upload(
    store: Store, gate: Gate, prefix: str
) -> None:
    with refused("does not answer"):
        async with store.writing(KEY) as sink:
            await sink.write(noise(2 * PART_BYTES))
            gate.refuse(400, times=1)
    gate.pass_on()  # a part that was cut may have failed without another request

    assert gate.server.unfinished(prefix) == []
    assert await store.entries() == []


async def test_what_a_killed_writer_left_is_seen_and_can_be_deleted(s3: S3, prefix: str) -> None:
    with reaching(s3):
        store = Store.of(s3.url(prefix))
        await asyncio.to_thread(kill_writer, s3.url(prefix), KEY)

    [left] = await store.entries()

    assert left.key.startswith(f"{KEY}#")
    await store.delete([left.key])
    assert await store.entries() == s3.unfinished(prefix) == []


@SIZES
async def test_a_server_that_stumbles_is_asked_again(store: Store, gate: Gate, size: int) -> None:
    gate.refuse(503, times=2)

    await lay(store, KEY, noise(size))

    assert await store.size(KEY) == size


@SIZES
async def test_a_server_that_keeps_failing_is_said(store: Store, gate: Gate, size: int) -> None:
    gate.refuse(500)

    with refused("does not answer"):
        await lay(store, KEY, noise(size))


async def test_nothing_is_read_deleted_or_listed_where_that_is_refused(
    store: Store, gate: Gate
) -> None:
    await lay(store, KEY, noise(10))
    gate.refuse(403)

    with refused("refuses"):
        await store.size(KEY)
    with refused("refuses"):
        await store.delete([KEY])
    with refused("refuses"):
        await store.entries()
    with refused("refuses"):
        await anext(store.pieces(KEY, 0, 10))


async def test_a_server_that_is_not_there_is_said(s3: S3, prefix: str) -> None:
    with reaching(replace(s3, endpoint="http://127.0.0.1:1")):
        store = Store.of(s3.url(prefix))

    with refused("does not answer"):
        await lay(store, KEY, noise(1))


async def test_a_bucket_that_is_not_there_is_said(s3: S3) -> None:
    with reaching(s3):
        store = Store.of("s3://missing/prefix")

    with refused("does not answer"):
        await lay(store, KEY, noise(1))


async def test_cancelling_does_not_wait_for_a_server_that_hangs(store: Store, gate: Gate) -> None:
    hanging = asyncio.Event()

    async def write() -> None:
        async with store.writing(KEY) as sink:
            await sink.write(noise(2 * PART_BYTES))
            gate.hang()
            hanging.set()
            while True:
                await sink.write(noise(PART_BYTES))

    task = asyncio.create_task(write())
    await hanging.wait()
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(4 * DROP_SECONDS):
            await task


async def test_stores_with_other_prefixes_are_apart(s3: S3, prefix: str) -> None:
    with reaching(s3):
        one, other = Store.of(s3.url(f"{prefix}/one")), Store.of(s3.url(f"{prefix}/other/"))
        whole = Store.of(s3.url(prefix))
    await lay(one, KEY, b"one")
    await lay(other, KEY, b"other")
    await other.delete([KEY])

    assert [each.key for each in await one.entries()] == [KEY]
    assert [each.key for each in await whole.entries()] == [f"one/{KEY}"]


def test_plain_http_is_spoken_where_the_operator_says_so() -> None:
    told = bucket_config({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    silent = bucket_config({"AWS_ENDPOINT_URL": "https://storage.example"})

    assert told | {"allow_http": "true"} == told
    assert "allow_http" not in silent
