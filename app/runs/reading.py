"""What a run does inside its transaction: prepare, say the columns and the total, read the rows."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from app.catalog.accepting import Describe, accepted
from app.catalog.query import Query
from app.catalog.report import Report
from app.catalog.statement import Composition
from app.database.copy import copy_rows
from app.database.count import count_rows
from app.database.cursor import CursorReader, row_too_large
from app.database.explain import Plan
from app.database.pool import Database
from app.database.session import Session, export_snapshot, reading_transaction
from app.database.tasks import this_task
from app.database.translate import translated
from app.database.volatility import Calls
from app.errors import RowstreamError
from app.runs.choice import Choice, ReaderName, choose_reader, comes_before_the_rows
from app.runs.chunking import Rows
from app.runs.clock import Clock
from app.runs.copytext import Lines
from app.runs.delivery import Delivery
from app.runs.journal import Journal
from app.runs.line import Line
from app.runs.recipient import Recipient
from app.settings import Settings

if TYPE_CHECKING:
    from app.database.pool import Connection

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every run of a process shares."""

    settings: Settings
    database: Database
    describe: Describe
    line: Line
    executor: Executor
    clock: Clock


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that PostgreSQL has accepted, and what is known of it before the first row."""

    composition: Composition
    plan: Plan
    volatile: bool
    reader: ReaderName


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One report with one query, read by one run into its journal.

    `prepared` is called when the query is known to be accepted. With a `recipient` the rows go
    there, and are not counted beside.
    """

    report: Report
    query: Query
    session: Session
    journal: Journal
    delivery: Delivery
    around: Surroundings
    prepared: Callable[[], None]
    recipient: Recipient | None = None

    async def read(self) -> None:
        """Everything from the connection to the last row; raises RowstreamError or Canceled."""
        async with self.around.database.acquire_reading() as connection:
            with translated(show_detail=self.around.settings.error_detail):
                async with reading_transaction(connection, self.session):
                    await self._in_transaction(connection)

    async def _in_transaction(self, connection: "Connection") -> None:
        prepared = await self._prepare(connection)
        async with self._counting(connection, prepared):
            await self._rows(connection, prepared)
        await self.journal.stage("finalizing")

    async def _prepare(self, connection: "Connection") -> Prepared:
        """What is known before the first row is told, and the reader chosen."""
        known = await accepted(connection, self.around.describe, self.report, self.query)
        choice = self._choice(known.plan, known.calls)
        columns = known.composition.columns
        await self.journal.columns(columns, reader=choice.reader, reason=choice.reason)
        if self.report.total != "none":
            await self.journal.estimate(known.plan.rows)
        self.prepared()
        return Prepared(known.composition, known.plan, known.calls.volatile, choice.reader)

    def _choice(self, plan: Plan, calls: Calls) -> Choice:
        if self.recipient is not None:
            return Choice("copy", "the rows go into a file")
        asked = self.report.reader or self.around.settings.reader
        return choose_reader(asked, plan, calls)

    async def _rows(self, connection: "Connection", prepared: Prepared) -> None:
        if self.recipient is not None:
            await self.journal.stage("processing")
            await self.recipient.read(connection, prepared.composition)
            return
        match prepared.reader:
            case "cursor":
                await self._by_cursor(connection, prepared)
            case "copy":
                await self._by_copy(connection, prepared)
        await self.delivery.flush()

    async def _by_copy(self, connection: "Connection", prepared: Prepared) -> None:
        most = self.around.settings.row_bytes

        async def take(text: bytes) -> None:
            lines = Lines.of(text)
            fitting, others = lines.within(most)
            if fitting:
                await self.delivery.add(fitting)
            if others:
                sizes = others.value_bytes()
                raise row_too_large(prepared.composition.columns, sizes, most)

        await copy_rows(connection, prepared.composition, take, row_bytes=most)

    async def _by_cursor(self, connection: "Connection", prepared: Prepared) -> None:
        settings = self.around.settings
        reader = CursorReader(
            connection,
            prepared.composition,
            row_bytes=settings.row_bytes,
            delay=settings.chunk_delay,
        )
        blocks = reader.blocks(most=self._chunk_rows, whole=prepared.volatile)
        async with aclosing(blocks):
            async for rows in blocks:
                await self.delivery.add(Rows(rows))
                del rows  # large ones must not be kept while the next ones come

    @property
    def _chunk_rows(self) -> int:
        return self.report.chunk_rows or self.around.settings.chunk_rows

    @asynccontextmanager
    async def _counting(self, connection: "Connection", prepared: Prepared) -> AsyncGenerator[None]:
        """Count beside the reading, where the report wants it and the plan is not too dear."""
        if not self._is_countable(prepared):
            yield
            return
        snapshot = await export_snapshot(connection)
        counting = asyncio.create_task(self._count(snapshot, prepared))
        try:
            yield
        finally:
            counting.cancel()
            # What keeps a total from being written keeps the rows from it too, and is told there.
            await asyncio.gather(counting, return_exceptions=True)

    def _is_countable(self, prepared: Prepared) -> bool:
        cheap = prepared.plan.cost <= self.around.settings.count_cost
        wanted = self.report.total == "exact" and self.recipient is None
        return wanted and cheap and not prepared.volatile

    async def _count(self, snapshot: str, prepared: Prepared) -> None:
        """A result that is small by its estimate is counted when more rows came than that."""
        small = prepared.plan.rows < self._chunk_rows
        if small:
            await self.delivery.began.wait()
            if self.journal.run.rows <= prepared.plan.rows:
                return

        def worthwhile(count: Plan) -> bool:
            return small or comes_before_the_rows(count, prepared.plan)

        with self.around.line.loan(this_task().cancel) as lent:
            total = await self._counted(snapshot, prepared, worthwhile) if lent else None
        if total is not None:
            await self.journal.count(total)

    async def _counted(
        self, snapshot: str, prepared: Prepared, worthwhile: Callable[[Plan], bool]
    ) -> int | None:
        try:
            async with self.around.database.acquire_reading() as second:
                return await count_rows(
                    second,
                    session=self.session,
                    snapshot=snapshot,
                    sql=prepared.composition.count(),
                    binds=prepared.composition.binds,
                    worthwhile=worthwhile,
                )
        except RowstreamError as error:
            log.info("count_not_taken", code=error.code)
            return None
