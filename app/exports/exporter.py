"""Does exports: takes one, reads its report into a file, publishes that, and tells how it ended.

Who wins:

    the file is whole         `completed`; its compressed forms follow
    somebody cancels          the ledger is `cancelled` already; nothing of ours stays
    another worker has it     it was taken from a worker that gave no sign of life; as above, but
                              that what is published stays: only its compressed forms are made
    PostgreSQL or the store   `failed`, with the sentence
    refuses, time limit
    the worker is stopped     Postponed: it goes back into the queue, to be done again

Each attempt writes under a key of its own, and the ledger takes the end of the present attempt
alone: two workers never write the same file.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar
from uuid import uuid4

import structlog

from app.catalog.query import query_from_json
from app.catalog.report import report_from_json
from app.database.tasks import finished, in_time, to_its_end
from app.database.translate import Canceled
from app.errors import (
    DatabaseError,
    Internal,
    Interrupted,
    Json,
    RowstreamError,
    RunTimeout,
)
from app.exports.compressed import compressed
from app.exports.export import CODED_ENDS, CODINGS, TEXT_FORMATS, Export, ExportId, StoredFile
from app.exports.exports import NAME_LENGTH
from app.exports.ledger import Ledger
from app.exports.making import Maker
from app.exports.store import Store
from app.exports.tracker import Tracker
from app.faults import fault_facts

MOST_ATTEMPTS = 3  # of which the earlier ones ended with their worker
AGAIN_SECONDS = 1.0
ANSWER_SECONDS = 3.0  # what the ledger gets when the worker is stopped in the middle of telling

T = TypeVar("T")
Clean = Callable[[], Awaitable[None]]

log = structlog.get_logger()


class Postponed(Exception):
    """The worker is being stopped; somebody has to do the export again."""


class Exporter:
    """Does exports as `worker`, several at a time. `limit` in seconds is for each, and all files
    together may have `files_bytes`.

    `clean` deletes what the dead have left: it is called when an export is taken from one.
    """

    def __init__(
        self,
        *,
        worker: str,
        ledger: Ledger,
        store: Store,
        maker: Maker,
        clean: Clean,
        limit: float,
        files_bytes: int,
    ) -> None:
        self._worker = worker
        self._ledger = ledger
        self._store = store
        self._maker = maker
        self._clean = clean
        self._limit = limit
        self._files_bytes = files_bytes
        self._working: dict[ExportId, asyncio.Task[None]] = {}
        self._stopping = False

    async def export(self, name: ExportId) -> None:
        """One export to its end. Raises Postponed; everything else is told to the ledger."""
        if self._stopping:
            raise Postponed
        export = await self._told(lambda: self._taken(name))
        if export is None:
            return
        work = asyncio.create_task(self._work(export))
        self._working[name] = work
        try:
            if (cancelled := await to_its_end(work)) is not None:
                raise cancelled
        finally:
            del self._working[name]
        await self._end(export, work)

    def lost(self, name: str) -> None:
        """Stop working on an export that somebody has cancelled, or taken over."""
        if work := self._working.get(ExportId(name)):
            work.cancel()

    def stop(self) -> None:
        """Stop working on all of them: they are postponed."""
        self._stopping = True
        for work in self._working.values():
            work.cancel()

    async def _taken(self, name: ExportId) -> Export | None:
        """It, or what is left of it to do; None where nothing is."""
        return await self._ledger.begin(name, self._worker) or await self._ledger.begin_coding(
            name, self._worker, most=MOST_ATTEMPTS
        )

    async def _work(self, export: Export) -> None:
        log.info("export_began", **_facts(export), attempt=export.attempt)
        if export.attempt > 1:
            await self._clean()
        if export.file is not None:
            await self._compress(export, export.file)
            return
        if export.attempt - export.postponed > MOST_ATTEMPTS:
            raise Interrupted(f"Its worker ended {MOST_ATTEMPTS} times while it wrote the file.")
        lost = partial(self.lost, export.id)
        tracker = Tracker(export, self._ledger, most=self._files_bytes, lost=lost)
        file, rows = await self._made_in_time(export, tracker)
        if not await self._publish(export, file, rows):
            return
        log.info("export_completed", **_facts(export), rows=rows, bytes=file.size)
        if export.format in TEXT_FORMATS:
            await self._compress(export, file)

    async def _made_in_time(self, export: Export, tracker: Tracker) -> tuple[StoredFile, int]:
        limit = asyncio.timeout(self._limit)
        try:
            async with limit:
                return await self._made(export, tracker)
        except asyncio.CancelledError:
            if tracker.refusal is not None:
                raise tracker.refusal from None
            raise
        except TimeoutError:
            if not limit.expired():
                raise
            raise self._timeout() from None

    async def _made(self, export: Export, tracker: Tracker) -> tuple[StoredFile, int]:
        if export.definition is None:  # entered by a server that did not keep it
            raise Interrupted("Its report was not kept with it. Export it again.")
        report = report_from_json(export.definition)
        query = query_from_json(export.arguments, export.query)
        return await self._maker.make(export, report, query, tracker)

    async def _publish(self, export: Export, file: StoredFile, rows: int) -> bool:
        """Have the ledger name the file; without that it is deleted.

        Whoever cancels waits for the answer: without it nobody would know whose the file is. Where
        the ledger is away, whoever cleans the store finds out.
        """
        complete = self._told(lambda: self._ledger.complete(export, rows=rows, file=file))
        telling = asyncio.create_task(complete)
        cancelled = await in_time(telling, ANSWER_SECONDS)
        if not telling.done():
            telling.cancel()
        elif not telling.result():
            await finished(self._store.delete(file.keys))
        if cancelled is not None:
            raise cancelled
        return telling.result()

    async def _compress(self, export: Export, file: StoredFile) -> None:
        """The file is published already, so what goes wrong here fails nothing."""
        try:
            for coding in CODINGS:
                if coding in file.codings:
                    continue
                key = export.key + CODED_ENDS[coding]
                coded = await compressed(self._store, file, coding, key=key)
                file = replace(file, codings={**file.codings, coding: coded})
                if not await self._told(lambda now=file: self._ledger.add_codings(export, now)):
                    await self._store.delete([key])
                    return
            log.info("export_compressed", **_facts(export))
        except RowstreamError as error:
            log.warning("export_not_compressed", **_facts(export), code=error.code)

    async def _end(self, export: Export, work: "asyncio.Task[None]") -> None:
        if work.cancelled():
            log.info("export_stopped", **_facts(export), postponed=self._stopping)
            if self._stopping:
                await self._told(lambda: self._ledger.postpone(export))
                raise Postponed
            return
        if (error := work.exception()) is None:
            return
        if isinstance(error, Postponed):
            raise error
        problem = self._problem(error)
        await self._told(lambda: self._ledger.fail(export, problem))
        log.info("export_failed", **_facts(export), code=problem["code"])

    def _problem(self, error: BaseException) -> Mapping[str, Json]:
        if isinstance(error, Canceled):
            error = Interrupted("The database's operator has ended the export. Run it again.")
        if not isinstance(error, RowstreamError):
            fault = uuid4().hex
            log.error("internal_error", id=fault, **fault_facts(error))
            error = Internal(extra={"id": fault})
        return error.problem()

    def _timeout(self) -> RunTimeout:
        return RunTimeout(
            f"The export passed its time limit of {self._limit:g} seconds."
            " Choose narrower arguments, or tell the operator."
        )

    async def _told(self, tell: Callable[[], Awaitable[T]]) -> T:
        """What the ledger answers; while it is away it is asked again and again.

        Raises Postponed where it stays away and the worker is stopped.
        """
        while True:
            try:
                return await tell()
            except DatabaseError as error:
                log.warning("ledger_away", code=error.code)
                if self._stopping:
                    raise Postponed from error
                await asyncio.sleep(AGAIN_SECONDS)


def _facts(export: Export) -> dict[str, Json]:
    """What a log line says of an export: no value, and too little of the id to use it."""
    return {
        "export": export.id[:NAME_LENGTH],
        "report": export.report,
        "format": export.format,
    }
