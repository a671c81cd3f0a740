"""A cancel that comes while a run is ending already neither loses rows nor writes after the end."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from app.catalog.describing import describe_report
from app.catalog.query import Query
from app.catalog.report import Report
from app.database.pool import Database
from app.runs.backlog import BacklogFolder
from app.runs.clock import Clock
from app.runs.line import Line
from app.runs.reading import Surroundings
from app.runs.runner import Runner
from app.settings import Settings
from tests.sample_run import sample_run
from tests.serving import until

BREAKS = "select 1 / (1500 - i) as quotient from generate_series(1, 3000) as i"
THE_LAST_ROWS = (7, 8)  # pieces of work before the chunks of the last block, and before its rest


class HeldExecutor(ThreadPoolExecutor):
    """Takes `free` pieces of work; the next ones wait for `go`."""

    def __init__(self, free: int) -> None:
        super().__init__(1)
        self.free = free
        self.go = Event()

    @property
    def holds(self) -> bool:
        return self.free < 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":  # noqa: ANN401
        self.free -= 1
        if self.holds:
            super().submit(self.go.wait)
        return super().submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.go.set()
        super().shutdown(wait, cancel_futures=cancel_futures)


@pytest.mark.parametrize("free", THE_LAST_ROWS)
async def test_rows_that_are_being_written_come_before_the_final_event(
    tmp_path: Path, database_url: str, free: int
) -> None:
    settings = Settings(data=tmp_path, chunk_bytes=200, chunk_delay=60.0)
    database = Database(reading_url=database_url, state_url=database_url, reading_connections=1)
    line, folder = Line(slots=1, most=1), BacklogFolder(tmp_path)
    with HeldExecutor(free) as executor:
        async with database:
            around = Surroundings(
                settings=settings,
                database=database,
                describe=describe_report,
                line=line,
                executor=executor,
                clock=Clock(),
            )
            run = sample_run(arguments={})
            runner = Runner(
                run,
                report=Report(name="breaks", title="Breaks", sql=BREAKS, total="none"),
                query=Query(),
                writer=folder.create(run.id),
                around=around,
                grown=lambda _number, _event: None,
            )
            await runner.begin()
            life = asyncio.create_task(runner.execute())
            await until(lambda: executor.holds and line.has_room, "failing while rows are written")
            runner.cancel("user")
            await asyncio.sleep(0)
            executor.go.set()
            await life

    assert (runner.run.status, runner.run.rows) == ("failed", 1000)
    with folder.reader(run.id) as reader:
        assert (reader.rows(), reader.complete) == (1000, True)
