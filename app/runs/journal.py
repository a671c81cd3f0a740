"""A run as it is told: its state, and the events of it, written to the backlog one after the other.

Every event is numbered, serialized, compressed and written before the next one begins, off the
event loop. A cancelled task waits for the event that it has begun: nothing is half-written.

The chunks of a block are made and written in one turn of a thread: each way to a thread and back
costs the run as much time as compressing a chunk.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

from app.catalog.report import Column
from app.database.tasks import to_its_end
from app.errors import Json, Storage, TooLarge
from app.runs.backlog_writer import BacklogWriter
from app.runs.chunking import Chunk, Piece
from app.runs.clock import Clock
from app.runs.events import (
    EventName,
    chunk_data,
    columns_data,
    event_bytes,
    final_data,
    final_name,
    progress_data,
    run_data,
)
from app.runs.frames import Kind
from app.runs.progress import Progress
from app.runs.run import Run, Stage


@dataclass(frozen=True, slots=True)
class Appended:
    """An event in the backlog, what that has with it, and of a chunk how far the run is."""

    number: int
    event: bytes
    size: int
    chunks: int
    progress: Progress | None


Tell = Callable[[Appended], object]


class Journal:
    """The state of one run and its backlog's only writer.

    `grown` is called with each event and its number, after it was written. Raises Storage when
    the disk is full; the final event still has its place then.
    """

    def __init__(
        self,
        run: Run,
        writer: BacklogWriter,
        *,
        executor: Executor,
        clock: Clock,
        most_bytes: int,
        grown: Callable[[int, bytes], None],
    ) -> None:
        self.spoke_at = clock.monotonic()
        self._run = run
        self._writer = writer
        self._executor = executor
        self._clock = clock
        self._most_bytes = most_bytes
        self._grown = grown
        self._progress = Progress()
        self._size = writer.size
        self._chunks = writer.chunks
        self._lock = asyncio.Lock()

    @property
    def run(self) -> Run:
        """The run as it is now. What moves with every event is kept beside it until it is asked
        for: a run has two dozen fields.
        """
        return replace(
            self._run,
            rows=self._progress.rows,
            chunks=self._chunks,
            bytes=self._size,
            total=self._progress.total,
            total_kind=self._progress.total_kind,
            progress=self._progress.percent,
        )

    async def begin(self, chunk_rows: int) -> None:
        """Write `run`."""
        async with self._lock:
            await self._append("run", run_data(self.run, chunk_rows))

    async def start(self) -> None:
        """The run has left the line."""
        self._run = self._run.started(self._clock.now())
        await self.tell()

    def moved(self, position: int) -> None:
        """The run's place in line has changed; whoever looks at `spoke_at` says so."""
        self._run = replace(self._run, position=position)
        self.spoke_at = float("-inf")

    async def columns(self, columns: Sequence[Column], *, reader: str, reason: str) -> None:
        """Write `columns`: the query is prepared."""
        self._run = replace(self._run, reader=reader, reader_reason=reason)
        described: list[Json] = [
            {"name": column.name, "type": column.type, "label": column.label} for column in columns
        ]
        async with self._lock:
            await self._append("columns", columns_data(described, reader, reason))

    async def estimate(self, total: int) -> None:
        """The planner's number of rows."""
        async with self._lock:
            await self._show_total(self._progress.estimated(total))

    async def count(self, total: int) -> None:
        """The exact number of rows."""
        async with self._lock:
            await self._show_total(self._progress.counted(total))

    async def stage(self, stage: Stage, position: int | None = None) -> None:
        """What is happening now."""
        self._run = replace(self._run, stage=stage, position=position)
        await self.tell()

    async def tell(self) -> None:
        """Write `progress`."""
        async with self._lock:
            await self._append("progress", progress_data(self.run, self._elapsed()))

    async def chunks(self, chunks: Iterable[Chunk]) -> bool:
        """Make these chunks and write them, each for followers at once; False when there is none.

        TooLarge before a chunk when the run has had its share of the disk.
        """
        async with self._lock:
            before = self._chunks
            await self._in_thread(partial(self._append_chunks, chunks))
            return self._chunks > before

    async def end(self, run: Run) -> None:
        """Write the final event. The run has ended even where the disk does not take that event."""
        async with self._lock:
            self._run = run
            self._chunks, self._size = self._writer.chunks, self._writer.size
            rows = self._writer.rows
            self._progress = Progress(rows, run.total, run.total_kind, run.progress)
            try:
                data = final_data(self.run, self._elapsed())
                await self._append(final_name(self.run), data, kind="final")
            except Storage:  # a reader then learns the end from the run's status
                self._grown(self._writer.events, b"")
            finally:
                self._writer.close()

    async def _show_total(self, progress: Progress) -> None:
        self._progress = progress
        await self._append("progress", progress_data(self.run, self._elapsed()))

    def _show(self, appended: Appended) -> None:
        self.spoke_at = self._clock.monotonic()
        self._size, self._chunks = appended.size, appended.chunks
        if appended.progress is not None:
            self._progress = appended.progress
        self._grown(appended.number, appended.event)

    def _elapsed(self) -> int:
        return self._run.elapsed_ms(self._clock.now())

    async def _append(self, name: EventName, data: bytes, *, kind: Kind = "other") -> None:
        await self._in_thread(partial(self._append_event, name, data, kind=kind))

    async def _in_thread(self, append: Callable[[Tell], None]) -> None:
        """Have it append events and tell of each, to its end."""
        loop = asyncio.get_running_loop()
        tell = partial(loop.call_soon_threadsafe, self._show)
        writing = loop.run_in_executor(self._executor, append, tell)
        interrupted = await to_its_end(writing)
        writing.result()
        if interrupted:
            raise interrupted

    def _append_chunks(self, chunks: Iterable[Chunk], tell: Tell) -> None:
        progress = self._progress
        for chunk in chunks:
            self._check_size()
            first_row, number = self._writer.rows, self._writer.chunks + 1
            progress = progress.with_rows(first_row + chunk.count)
            data = chunk_data(number, first_row, chunk, progress)
            tell(self._written("chunk", *data, kind="chunk", rows=chunk.count, progress=progress))
            del chunk, data  # large ones must not be kept while the next one is made

    def _append_event(self, name: EventName, data: bytes, tell: Tell, *, kind: Kind) -> None:
        tell(self._written(name, data, kind=kind))

    def _written(
        self,
        name: EventName,
        *data: Piece,
        kind: Kind,
        rows: int = 0,
        progress: Progress | None = None,
    ) -> Appended:
        writer = self._writer
        event = event_bytes(self._run.id, writer.events + 1, name, *data)
        writer.append(event, kind=kind, rows=rows)
        return Appended(writer.events, event, writer.size, writer.chunks, progress)

    def _check_size(self) -> None:
        if self._writer.size > self._most_bytes:
            raise TooLarge(
                f"The run has filled the {self._most_bytes:,} bytes that one run may keep."
                " Choose narrower arguments, or export the report to a file."
            )
