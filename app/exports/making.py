"""Makes the file of an export: a report's rows through COPY, by their format, into the store."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import structlog

from app.catalog.query import Query
from app.catalog.report import Report
from app.database.copied import copied_rows
from app.database.copy import BLOCK_BYTES, copy_file
from app.database.count import count_rows
from app.database.row_guard import rows_within
from app.database.session import export_snapshot
from app.database.tasks import finished, in_thread
from app.errors import Json, RowstreamError, Storage
from app.exports.export import MEDIA_TYPES, TEXT_FORMATS, Export, StoredFile
from app.exports.reading import Opened, Source
from app.exports.store import Sink, Store
from app.exports.tableforms import table_form
from app.exports.text_file import write_text
from app.exports.textforms import text_form
from app.exports.tracker import Tracker
from app.exports.unrepresentable import Unrepresentable
from app.runs.choice import comes_before_the_rows
from app.runs.clock import Clock

if TYPE_CHECKING:
    from app.exports.typed import TableFile

NAME_LENGTH = 8  # of the id, in pg_stat_activity
PIECE_BYTES = 2**20

Make = Callable[[Export, Opened, Tracker], Awaitable[tuple[StoredFile, int]]]

log = structlog.get_logger()


class Hashed:
    """A sink that knows what went through it."""

    def __init__(self, sink: Sink, tracker: Tracker) -> None:
        self.digest = sha256()
        self.size = 0
        self._sink = sink
        self._tracker = tracker

    async def write(self, data: bytes) -> None:
        """Pass it on. The store works on what came before while this is hashed."""
        self.digest.update(data)
        self.size += len(data)
        self._tracker.written(len(data))
        await self._sink.write(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes files. `scratch` is a folder for those that cannot be written from front to end.

    `limit` in seconds is each statement's; plans dearer than `count_cost` are not counted. A row
    may have `row_bytes` of text.
    """

    source: Source
    store: Store
    clock: Clock
    scratch: Path
    limit: float
    count_cost: float
    row_bytes: int

    async def make(
        self, export: Export, report: Report, query: Query, tracker: Tracker
    ) -> tuple[StoredFile, int]:
        """The file of this attempt, whole in the store, and its rows. Nothing stays at an error.

        Where values turn out not to fit a column's type it begins again, with that column as text.
        """
        text_columns = frozenset[int]()
        while True:
            form = self._form(export, text_columns)
            try:
                return await self._once(export, report, query, tracker, form)
            except Unrepresentable as error:
                text_columns = error.columns

    async def _once(
        self, export: Export, report: Report, query: Query, tracker: Tracker, form: Make
    ) -> tuple[StoredFile, int]:
        name = f"rowstream export {export.id[:NAME_LENGTH]}"
        made = None
        try:
            async with self.source.opened(report, query, name=name, limit=self.limit) as opened:
                if report.total != "none":
                    tracker.estimated(opened.plan.rows)
                await tracker.enter("processing")
                async with self._counting(opened, report, tracker):
                    with rows_within(opened.connection, self.row_bytes):
                        made = await form(export, opened, tracker)
        except BaseException:
            if made is not None:  # whole, and cancelled while the transaction was ended
                with suppress(Storage):
                    await finished(self.store.delete([export.key]))
            raise
        return made

    def _form(self, export: Export, text_columns: frozenset[int]) -> Make:
        if export.format in TEXT_FORMATS:
            return self._text
        return partial(self._typed, text_columns=text_columns)

    async def _text(
        self, export: Export, opened: Opened, tracker: Tracker
    ) -> tuple[StoredFile, int]:
        form = text_form(
            cast("Literal['csv', 'json', 'ndjson']", export.format),
            opened.composition.columns,
            options=export.options,
            info=self._info(export),
        )
        pid = opened.connection.get_server_pid()
        async with self.store.writing(export.key) as sink:
            hashed = Hashed(sink, tracker)
            async with tracker.watching(lambda: self._copied(pid)):
                rows = await write_text(
                    form,
                    opened.connection,
                    opened.composition,
                    hashed.write,
                    at_least=BLOCK_BYTES,
                )
            tracker.has_rows(rows)
            await tracker.enter("finalizing")
        return self._file(export, hashed.size, hashed.digest.hexdigest()), rows

    async def _typed(
        self, export: Export, opened: Opened, tracker: Tracker, *, text_columns: frozenset[int]
    ) -> tuple[StoredFile, int]:
        # The scratch file goes before the other is published: behind that nothing is waited for.
        async with (
            self.store.writing(export.key) as sink,
            scratch_file(self.scratch, export.key) as path,
        ):
            form = await in_thread(partial(table_form, export.format))
            columns = opened.composition.columns
            table = form(path, columns, title=export.title, text_columns=text_columns)
            try:
                rows = await self._filled(opened, table, tracker)
                await tracker.enter("file-generation")
                rows += await in_thread(table.close)
            except BaseException:
                table.abandon()
                raise
            tracker.has_rows(rows)
            await tracker.enter("finalizing")
            hashed = Hashed(sink, tracker)
            await _copy_file(path, hashed)
        return self._file(export, hashed.size, hashed.digest.hexdigest()), rows

    async def _filled(self, opened: Opened, table: "TableFile", tracker: Tracker) -> int:
        rows = 0

        async def take(data: bytes) -> None:
            nonlocal rows
            rows += await in_thread(partial(table.write, data))

        async def so_far() -> int:
            return rows

        composition = opened.composition
        async with tracker.watching(so_far):
            await copy_file(
                opened.connection,
                composition,
                composition.raw(),
                take,
                options={"format": "csv"},
                at_least=BLOCK_BYTES,
            )
        return rows

    async def _copied(self, pid: int) -> int | None:
        async with self.source.database.acquire_reading() as connection:
            return await copied_rows(connection, pid)

    def _file(self, export: Export, size: int, digest: str) -> StoredFile:
        return StoredFile(
            name=f"{export.report}.{export.format}",
            key=export.key,
            size=size,
            sha256=digest,
            media_type=MEDIA_TYPES[export.format],
            modified=self.clock.now().replace(microsecond=0),
        )

    def _info(self, export: Export) -> dict[str, Json] | None:
        if export.format != "json":
            return None
        return {
            "report": export.report,
            "title": export.title,
            "arguments": dict(export.arguments),
            "query": dict(export.query),
            "exportedAt": self.clock.now().isoformat(),
        }

    @asynccontextmanager
    async def _counting(
        self, opened: Opened, report: Report, tracker: Tracker
    ) -> AsyncGenerator[None]:
        """Count beside the reading, as runs do."""
        cheap = opened.plan.cost <= self.count_cost
        if report.total != "exact" or not cheap or opened.is_volatile:
            yield
            return
        snapshot = await export_snapshot(opened.connection)
        counting = asyncio.create_task(self._count(opened, snapshot, tracker))
        try:
            yield
        finally:
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)

    async def _count(self, opened: Opened, snapshot: str, tracker: Tracker) -> None:
        try:
            async with self.source.database.acquire_reading() as second:
                total = await count_rows(
                    second,
                    session=opened.session,
                    snapshot=snapshot,
                    sql=opened.composition.count(),
                    binds=opened.composition.binds,
                    worthwhile=lambda count: comes_before_the_rows(count, opened.plan),
                )
        except RowstreamError as error:
            log.info("count_not_taken", code=error.code)
            return
        if total is not None:
            tracker.counted(total)


@asynccontextmanager
async def scratch_file(folder: Path, name: str) -> AsyncGenerator[Path]:
    """Inside, a path in the folder for a file of ours; what is there goes at the end."""
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    try:
        yield path
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _copy_file(path: Path, hashed: Hashed) -> None:
    with path.open("rb") as file:
        while piece := await in_thread(partial(file.read, PIECE_BYTES)):
            await hashed.write(piece)
