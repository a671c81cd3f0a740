"""Whatever moment a run is cancelled at, the rows that it keeps are its first ones, in order."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from app.runs.backlog import BacklogFolder
from app.runs.chunking import Chunker, Rows
from app.runs.clock import Clock
from app.runs.delivery import Delivery
from app.runs.journal import Journal
from app.runs.run import Run, new_run_id

CHUNK_ROWS = 10


@dataclass
class Told:
    """A delivery into a real backlog, and what stands in that."""

    folder: BacklogFolder
    journal: Journal
    delivery: Delivery

    def rows(self) -> list[int]:
        """The rows of all chunks; their heads have to agree with them."""
        found: list[int] = []
        with self.folder.reader(self.journal.run.id) as reader:
            for number in range(1, self.journal.run.chunks + 1):
                chunk = orjson.loads(reader.chunk(number) or b"null")
                assert chunk["first_row"] == len(found)
                found += [int(row[0]) for row in chunk["rows"]]
        return found


def broken(error: Exception) -> None:
    raise error


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    clock = Clock()
    folder = BacklogFolder(tmp_path)
    run = Run(
        id=new_run_id(),
        owner="somebody",
        report="numbers",
        title="Numbers",
        process="this",
        created_at=clock.now(),
    )
    with ThreadPoolExecutor(1) as executor:
        journal = Journal(
            run,
            folder.create(run.id),
            executor=executor,
            clock=clock,
            most_bytes=2**20,
            grown=lambda _number, _event: None,
        )
        chunker = Chunker(most_rows=CHUNK_ROWS, most_bytes=2**20)
        delivery = Delivery(journal, chunker, delay=60, clock=clock, broken=broken)
        yield Told(folder, journal, delivery)


def numbers(first: int, last: int) -> Rows:
    return Rows([(str(number),) for number in range(first, last + 1)])


@pytest.mark.parametrize("turns", range(12))
async def test_a_cancelled_delivery_leaves_no_gap_and_no_double(told: Told, turns: int) -> None:
    await told.delivery.add(numbers(1, 7))
    adding = asyncio.create_task(told.delivery.add(numbers(8, 45)))
    for _ in range(turns):
        await asyncio.sleep(0)
    adding.cancel()
    with suppress(asyncio.CancelledError):
        await adding
    await told.delivery.flush()

    assert told.rows() in (list(range(1, 8)), list(range(1, 46)))


@pytest.mark.parametrize("how", ["add", "flush"])
async def test_a_chunk_that_waits_for_another_event_is_not_lost(told: Told, how: str) -> None:
    await told.delivery.add(numbers(1, 7))
    telling = asyncio.create_task(told.journal.tell())
    await asyncio.sleep(0)
    work = told.delivery.add(numbers(8, 25)) if how == "add" else told.delivery.flush()
    waiting = asyncio.create_task(work)
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting, telling])
    await told.delivery.flush()

    assert told.rows() == list(range(1, 26 if how == "add" else 8))
