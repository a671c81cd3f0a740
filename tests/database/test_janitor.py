"""What dead processes leave behind is ended, kept for its time, and then deleted."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from app.database.pool import Database
from app.errors import Gone
from app.runs.backlog import BacklogFolder
from app.runs.clock import Clock
from app.runs.events import event_bytes, final_data, final_name
from app.runs.frames import RECORD_BYTES
from app.runs.janitor import Janitor
from app.runs.registry import Registry
from app.runs.run import Run, RunId, new_run_id
from app.settings import Settings
from tests.sample_run import sample_run
from tests.sse_client import Event, EventReader

CLOCK = Clock()


@dataclass
class House:
    """A janitor, what it cleans, and the process whose runs it finds."""

    janitor: Janitor
    backlogs: BacklogFolder
    registry: Registry
    dead: Registry
    database: Database
    folder: Path

    async def left(self, *, chunks: int = 2, end: Run | None = None, silent: float = 11) -> Run:
        """A run that its process left with so many chunks of 10 rows, and perhaps an end."""
        run = end or sample_run(owner=uuid4().hex)
        run = replace(run, process=self.dead.process, created_at=CLOCK.now())
        await self.dead.enter(replace(run, status="pending", stage="queued"), most=9)
        with self.backlogs.create(run.id) as writer:
            for number in range(1, chunks + 1):
                event = event_bytes(run.id, number, "chunk", b"{}")
                writer.append(event, kind="chunk", rows=10)
            if end:
                data = final_data(run, 1500)
                writer.append(event_bytes(run.id, chunks + 1, final_name(run), data), kind="final")
        await self.silence(run, silent)
        return run

    async def silence(self, run: Run, seconds: float) -> None:
        """Let the last sign of life of a run be so old."""
        sql = "update rowstream.run set heartbeat = now() - make_interval(secs => $2) where id = $1"
        async with self.database.acquire_state() as connection:
            await connection.execute(sql, run.id, seconds)

    def last_event(self, run: RunId) -> Event:
        """The last event that a follower of the run is sent."""
        with self.backlogs.reader(run) as reader:
            record = reader.record(reader.count())
            assert record is not None
            return EventReader().feed(reader.event(record))[0]


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    folder = tmp_path / "backlog"
    url = database_url
    async with Database(reading_url=url, state_url=url, reading_connections=1) as database:
        registry, backlogs = Registry(database, process="alive"), BacklogFolder(folder)
        await registry.install()
        settings = Settings(backlog_bytes=1000)
        janitor = Janitor(registry, backlogs, settings=settings, clock=CLOCK)
        dead = Registry(database, process="dead")
        yield House(janitor, backlogs, registry, dead, database, folder)


@pytest.mark.parametrize("chunks", [0, 2])
async def test_a_dead_run_is_interrupted_and_keeps_its_rows(house: House, chunks: int) -> None:
    run = await house.left(chunks=chunks)

    await house.janitor.go_round()

    found, last = await house.registry.find(run.id), house.last_event(run.id)
    told = orjson.loads(last.data)
    assert (found.status, found.rows, found.chunks) == ("failed", 10 * chunks, chunks)
    assert found.expires_at is not None
    assert (last.type, told["rows"], told["chunks"]) == ("failed", 10 * chunks, chunks)
    assert told["error"]["code"] == (found.error or {})["code"] == "interrupted"


def completed() -> Run:
    return sample_run(owner=uuid4().hex, status="processing", rows=20, chunks=2).completed(
        CLOCK.now()
    )


async def test_a_run_whose_end_was_told_but_not_saved_ended_so(house: House) -> None:
    run = await house.left(end=completed())

    await house.janitor.go_round()

    found = await house.registry.find(run.id)
    assert (found.status, found.rows, found.chunks, found.error) == ("completed", 20, 2, None)
    assert found.finished_at == run.created_at + timedelta(seconds=1.5)
    assert house.last_event(run.id).type == "completed"


async def test_a_run_whose_last_record_is_torn_is_interrupted(house: House) -> None:
    run = await house.left(end=completed())
    index = house.folder / f"{run.id}.idx"
    index.write_bytes(index.read_bytes()[: 3 * RECORD_BYTES - 1])

    await house.janitor.go_round()

    assert (await house.registry.find(run.id)).status == "failed"
    assert house.last_event(run.id).type == "failed"


async def test_a_run_whose_last_frame_is_damaged_is_interrupted(house: House) -> None:
    run = await house.left(end=completed())
    frames = house.folder / f"{run.id}.zst"
    frames.write_bytes(frames.read_bytes()[:-1] + b"?")

    await house.janitor.go_round()

    assert (await house.registry.find(run.id)).status == "failed"


async def test_a_run_that_speaks_is_left_alone(house: House) -> None:
    run = await house.left(silent=5)

    await house.janitor.go_round()

    assert await house.registry.find(run.id) == replace(run, status="pending", stage="queued")


async def test_a_run_whose_writer_lives_is_left_alone(house: House) -> None:
    run = await house.left()
    with house.backlogs.adopt(run.id):
        await house.janitor.go_round()

        assert not (await house.registry.find(run.id)).is_final


async def test_one_run_that_cannot_be_opened_keeps_no_other_from_its_end(house: House) -> None:
    broken, other = await house.left(), await house.left()
    for name in ("zst", "idx"):
        path = house.folder / f"{broken.id}.{name}"
        path.unlink()
        path.mkdir()

    await house.janitor.go_round()

    assert not (await house.registry.find(broken.id)).is_final
    assert (await house.registry.find(other.id)).is_final


@pytest.mark.parametrize(("silent", "ended"), [(15, False), (21, True)])
async def test_a_run_with_its_files_elsewhere_gets_twice_the_time(
    house: House, silent: float, *, ended: bool
) -> None:
    run = await house.left(silent=silent)
    house.backlogs.delete(run.id)

    await house.janitor.go_round()

    assert (await house.registry.find(run.id)).is_final is ended


async def test_at_the_start_a_free_lock_is_a_dead_run(house: House) -> None:
    run = await house.left(silent=0)

    await house.janitor.begin()

    assert (await house.registry.find(run.id)).status == "failed"


async def test_at_the_start_old_files_that_nobody_knows_go(house: House) -> None:
    stray, known = new_run_id(), await house.left(silent=0)
    house.backlogs.create(stray).close()
    os.utime(house.folder / f"{stray}.zst", (0, 0))
    (house.folder / "notes.zst").touch()

    await house.janitor.begin()

    assert house.backlogs.runs() == {known.id}
    assert (house.folder / "notes.zst").exists()


async def test_a_run_whose_time_has_passed_is_gone(house: House) -> None:
    run = await house.left()
    await house.janitor.go_round()
    async with house.database.acquire_state() as connection:
        await connection.execute("update rowstream.run set expires_at = now()")

    await house.janitor.go_round()

    assert run.id not in house.backlogs.runs()
    with pytest.raises(Gone):
        await house.registry.find(run.id)


async def test_the_oldest_finished_runs_make_room(house: House) -> None:
    runs = [await house.left() for _ in range(3)]
    await house.janitor.go_round()
    async with house.database.acquire_state() as connection:
        for age, run in enumerate(runs):
            sql = "update rowstream.run set bytes = 600, finished_at = $2 where id = $1"
            await connection.execute(sql, run.id, CLOCK.now() - timedelta(minutes=age))

    await house.janitor.go_round()

    assert house.backlogs.runs() == {runs[0].id}
