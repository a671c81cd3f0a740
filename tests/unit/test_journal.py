"""The journal: every event in order and whole, and a run that is what was told of it."""

import asyncio
import random
import resource
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event as Gate
from typing import Any

import orjson
import pytest

from app.catalog.report import Column
from app.errors import Storage, TooLarge
from app.runs.backlog import BacklogFolder
from app.runs.chunking import Chunk
from app.runs.clock import Clock
from app.runs.journal import Journal
from app.runs.run import Run
from tests.sample_run import CREATED, sample_run
from tests.sse_client import Event, EventReader

NOW = CREATED + timedelta(seconds=2)
NUMBER = Column(name="number", type="integer", label="Number", oid=23, cast="pg_catalog.int4")


@dataclass
class Told:
    """A journal over a real backlog, what it has told so far, and who is told that it grew."""

    folder: BacklogFolder
    executor: ThreadPoolExecutor
    journal: Journal
    grown: list[int]

    @property
    def run(self) -> Run:
        return self.journal.run

    def events(self) -> list[Event]:
        with self.folder.reader(self.run.id) as reader:
            records = (reader.record(number) for number in range(1, reader.count() + 1))
            return EventReader().feed(b"".join(reader.event(each) for each in records if each))

    def last(self) -> dict[str, Any]:
        return orjson.loads(self.events()[-1].data)


@contextmanager
def telling(folder: Path, *, most_bytes: int = 2**20) -> Generator[Told]:
    """A journal that has told nothing yet; its backlog is closed at the end."""
    backlogs, run = BacklogFolder(folder), sample_run()
    writer, grown = backlogs.create(run.id), list[int]()
    with ThreadPoolExecutor(1) as executor:
        journal = Journal(
            run,
            writer,
            executor=executor,
            clock=Clock(now=lambda: NOW),
            most_bytes=most_bytes,
            grown=lambda number, _event: grown.append(number),
        )
        yield Told(backlogs, executor, journal, grown)
    if not journal.run.is_final:
        writer.close()


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    with telling(tmp_path) as made:
        yield made


def chunk(count: int = 10, size: int = 1) -> Chunk:
    """Rows of `size` random-looking bytes each, which do not compress to nothing."""
    texts = [f"{random.getrandbits(4 * size):x}" for _ in range(count)]
    return Chunk(count, (orjson.dumps([[text] for text in texts]),))


async def chunks_for_ever(journal: Journal) -> None:
    """Until something refuses them."""
    while True:
        await journal.chunks([chunk(size=100)])


async def turns() -> None:
    """Let every task do what it can do without waiting for another."""
    for _ in range(5):
        await asyncio.sleep(0)


async def tell_whole_run(journal: Journal) -> None:
    await journal.begin(10)
    await journal.start()
    await journal.columns([NUMBER], reader="cursor", reason="it is the only reader")
    await journal.estimate(40)
    await journal.stage("processing")
    await journal.chunks([chunk()])
    await journal.count(30)
    await journal.chunks([chunk()])
    await journal.stage("finalizing")
    await journal.end(journal.run.completed(NOW))


async def test_a_run_is_told_from_its_first_event_to_its_last(told: Told) -> None:
    await tell_whole_run(told.journal)

    assert [event.type for event in told.events()] == [
        *("run", "progress", "columns", "progress", "progress", "chunk", "progress", "chunk"),
        *("progress", "completed"),
    ]


async def test_events_are_numbered_from_one(told: Told) -> None:
    await tell_whole_run(told.journal)

    assert [event.id for event in told.events()] == [f"{told.run.id}.{n}" for n in range(1, 11)]
    assert told.grown[:10] == list(range(1, 11))


async def test_totals_and_percentages_are_those_of_their_moment(told: Told) -> None:
    await tell_whole_run(told.journal)

    told_totals = [
        (data["total"], data["total_kind"], data["progress"])
        for event in told.events()
        if "total" in (data := orjson.loads(event.data))
    ]
    assert told_totals == [
        (None, "unknown", None),
        *([(40, "estimate", 0.0)] * 2),
        (40, "estimate", 25.0),
        (30, "exact", 33.3),
        *([(30, "exact", 66.6)] * 2),
    ]


async def test_columns_are_told_without_what_is_only_ours(told: Told) -> None:
    await told.journal.columns([NUMBER], reader="cursor", reason="why")

    assert told.last() == {
        "columns": [{"name": "number", "type": "integer", "label": "Number"}],
        "reader": "cursor",
        "reader_reason": "why",
    }
    assert (told.run.reader, told.run.reader_reason) == ("cursor", "why")


async def test_the_run_is_what_was_told_of_it(told: Told) -> None:
    await tell_whole_run(told.journal)
    last = told.last()

    assert last == {"status": "completed", "rows": 20, "chunks": 2, "elapsed_ms": 2000}
    assert (told.run.rows, told.run.chunks, told.run.progress) == (20, 2, 100.0)
    with told.folder.reader(told.run.id) as reader:
        record = reader.record(10)
        assert record is not None
        assert told.run.bytes == record.offset + record.length


async def test_chunks_follow_each_other(told: Told) -> None:
    for count in (10, 3, 1):
        await told.journal.chunks([chunk(count)])

    heads = [orjson.loads(event.data) for event in told.events()]
    assert [(head["chunk"], head["first_row"], head["rows_so_far"]) for head in heads] == [
        (1, 0, 10),
        (2, 10, 13),
        (3, 13, 14),
    ]


async def test_events_told_at_once_stand_one_after_the_other(told: Told) -> None:
    telling_at_once = [told.journal.chunks([chunk()]) for _ in range(20)]
    telling_at_once += [told.journal.tell() for _ in range(20)]
    await asyncio.gather(*telling_at_once, told.journal.estimate(5), told.journal.count(7))

    events = told.events()
    assert [event.id for event in events] == [f"{told.run.id}.{n}" for n in range(1, 43)]
    assert told.run.rows == 200


async def test_a_run_that_has_its_share_of_the_disk_is_too_large(tmp_path: Path) -> None:
    with telling(tmp_path, most_bytes=5000) as told:
        await told.journal.start()
        with pytest.raises(TooLarge, match="5,000 bytes") as caught:
            await chunks_for_ever(told.journal)
        await told.journal.end(told.run.failed(NOW, caught.value.problem()))

        last = told.last()
        assert (last["status"], last["error"]["code"]) == ("failed", "too_large")
        assert last["rows"] == told.run.rows > 10


@contextmanager
def files_no_longer_than(most: int) -> Generator[None]:
    """Inside, a file that would be longer is refused as by a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("most", [17_000, 40_000, 65_536, 100_000])
async def test_a_full_disk_still_takes_the_last_event(told: Told, most: int) -> None:
    with files_no_longer_than(most):
        await told.journal.start()
        with pytest.raises(Storage) as caught:
            await chunks_for_ever(told.journal)
        await told.journal.end(told.run.failed(NOW, caught.value.problem()))

    last = told.last()
    assert (last["status"], last["error"]["code"]) == ("failed", "storage")
    assert last["rows"] == told.run.rows
    assert sum(event.type == "chunk" for event in told.events()) == last["chunks"]


async def test_a_run_ends_even_where_its_last_event_cannot_be_written(told: Told) -> None:
    await told.journal.start()
    with files_no_longer_than(0):
        await told.journal.end(told.run.completed(NOW))

    assert told.run.status == "completed"
    assert [event.type for event in told.events()] == ["progress"]
    assert len(told.grown) == 2


async def test_a_cancelled_task_waits_for_the_event_that_it_has_begun(told: Told) -> None:
    gate = Gate()
    told.executor.submit(gate.wait)
    writing = asyncio.create_task(told.journal.chunks([chunk()]))
    await turns()
    for _ in range(3):
        writing.cancel()
        await asyncio.sleep(0)
    assert not writing.done()

    gate.set()
    await asyncio.wait([writing])

    assert writing.cancelled()
    assert (told.run.rows, told.run.chunks, len(told.events())) == (10, 1, 1)


async def test_a_task_that_is_cancelled_before_its_turn_writes_nothing(told: Told) -> None:
    gate = Gate()
    told.executor.submit(gate.wait)
    first, second = (asyncio.create_task(told.journal.chunks([chunk()])) for _ in range(2))
    await turns()
    second.cancel()
    await asyncio.wait([second])
    gate.set()
    await first

    assert second.cancelled()
    assert told.run.rows == 10


async def test_speaking_is_remembered(told: Told) -> None:
    told.journal.spoke_at = float("-inf")

    await told.journal.tell()

    assert told.journal.spoke_at > 0
