"""The pulse of a delivery: no row waits longer than it may, and silence is broken."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from app.errors import RowstreamError, TooLarge
from app.runs.backlog import BacklogFolder
from app.runs.chunking import Chunker, Rows
from app.runs.clock import Clock
from app.runs.delivery import Delivery
from app.runs.journal import Journal
from tests.sample_run import sample_run
from tests.serving import until
from tests.sse_client import Event, EventReader

DELAY = 0.05


@dataclass
class Beating:
    """A delivery whose pulse beats, what it has told, and what broke it."""

    folder: BacklogFolder
    journal: Journal
    broken: list[RowstreamError] = field(default_factory=list[RowstreamError])

    def events(self) -> list[Event]:
        with self.folder.reader(self.journal.run.id) as reader:
            records = (reader.record(number) for number in range(1, reader.count() + 1))
            return EventReader().feed(b"".join(reader.event(each) for each in records if each))

    def names(self) -> list[str]:
        return [event.type for event in self.events()]


@pytest.fixture
def most_bytes() -> int:
    """What the run may keep; a test of its end gives less."""
    return 2**20


@pytest.fixture
async def beating(tmp_path: Path, most_bytes: int) -> AsyncIterator[Beating]:
    folder, run, clock = BacklogFolder(tmp_path), sample_run(), Clock()
    with ThreadPoolExecutor(1) as executor, folder.create(run.id) as writer:
        yield Beating(
            folder,
            Journal(
                run,
                writer,
                executor=executor,
                clock=clock,
                most_bytes=most_bytes,
                grown=lambda _number, _event: None,
            ),
        )


@pytest.fixture
def quiet(beating: Beating) -> None:
    """Nothing has been said for two seconds."""
    beating.journal.spoke_at -= 2.0


@pytest.fixture
async def delivery(beating: Beating) -> AsyncIterator[Delivery]:
    made = Delivery(
        beating.journal,
        Chunker(most_rows=10, most_bytes=2**20),
        delay=DELAY,
        clock=Clock(),
        broken=beating.broken.append,
    )
    pulse = asyncio.create_task(made.pulse())
    yield made
    pulse.cancel()
    await asyncio.wait([pulse])


async def test_rows_that_wait_are_written_when_their_time_is_up(
    beating: Beating, delivery: Delivery
) -> None:
    await delivery.add(Rows([("1",), ("2",)]))
    assert not delivery.began.is_set()

    await until(delivery.began.is_set, "a chunk")

    assert beating.names() == ["progress", "chunk"]
    assert beating.journal.run.rows == 2


async def test_rows_that_come_later_wait_anew(beating: Beating, delivery: Delivery) -> None:
    for number in range(3):
        await delivery.add(Rows([(str(number),)]))
        await until(lambda: beating.journal.run.rows == number + 1, f"row {number}")  # noqa: B023

    assert beating.journal.run.chunks == 3


@pytest.mark.usefixtures("quiet", "delivery")
async def test_silence_is_broken(beating: Beating) -> None:
    await until(lambda: beating.names() == ["progress"], "a sign of life")


async def test_each_place_in_line_is_told(beating: Beating, delivery: Delivery) -> None:
    for place in (3, 2, 1):
        delivery.moved(place)
        await until(lambda: len(beating.names()) == 4 - place, f"place {place}")  # noqa: B023

    places = [orjson.loads(event.data)["position"] for event in beating.events()]
    assert places == [3, 2, 1]


@pytest.mark.parametrize("most_bytes", [-1])
async def test_what_keeps_rows_from_being_written_is_told_once(
    beating: Beating, delivery: Delivery
) -> None:
    await delivery.add(Rows([("1",), ("2",)]))

    await until(lambda: bool(beating.broken), "the end of the pulse")

    assert [type(error) for error in beating.broken] == [TooLarge]
