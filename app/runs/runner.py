"""The life of one run: the waiting line, its work, an end that is always told.

The run's own task does all of it; no HTTP response ever owns a connection. Who wins:

    rows end            `completed`
    somebody cancels    `cancelled`: the backend is told at once, the rows so far stay
    nobody follows      `cancelled`, reason `follower_left`
    time limit          `failed`, `timeout`; waiting in line does not count
    PostgreSQL refuses  `failed`, by SQLSTATE; 57014 that nobody here asked for is `cancelled`,
                        reason `operator`
    the server stops    `failed`, `interrupted`

The first of them decides; what comes later finds the run ended.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from app.catalog.query import Query
from app.catalog.report import Report
from app.database.session import Session
from app.database.translate import Canceled
from app.errors import Internal, Interrupted, Json, RowstreamError, RunTimeout
from app.faults import fault_facts
from app.runs.backlog_writer import BacklogWriter
from app.runs.chunking import Chunker
from app.runs.delivery import Delivery
from app.runs.journal import Journal
from app.runs.reading import Reading, Surroundings
from app.runs.recipient import Recipient
from app.runs.run import Reason, Run

NAME_LENGTH = 8  # of the id, in logs and application_name: enough to find it, too little to use it
SETTLE_SECONDS = 2.0  # PostgreSQL's own timeout is a net below ours

log = structlog.get_logger()


class Runner:
    """Executes one run. `prepared`: its query was accepted; `ended`: its last event is written.

    `grown` is called with each event and its number. With a `recipient` the run lasts until that
    one has delivered the rows, which takes neither a slot nor a connection.
    """

    def __init__(
        self,
        run: Run,
        *,
        report: Report,
        query: Query,
        writer: BacklogWriter,
        around: Surroundings,
        grown: Callable[[int, bytes], None],
        recipient: Recipient | None = None,
    ) -> None:
        self.prepared = asyncio.Event()
        self.ended = asyncio.Event()
        self.error: RowstreamError | None = None
        self._report = report
        self._around = around
        self._recipient = recipient
        self._reason: Reason | None = None
        self._interruption: RowstreamError | None = None
        self._work: asyncio.Task[None] | None = None
        self._journal = Journal(
            run,
            writer,
            executor=around.executor,
            clock=around.clock,
            most_bytes=around.settings.backlog_run_bytes,
            grown=grown,
        )
        self._delivery = self._new_delivery()
        self._reading = self._new_reading(query)

    @property
    def run(self) -> Run:
        """The run as it is now."""
        run = self._journal.run
        return replace(run, bytes=run.bytes + self._recipient.size) if self._recipient else run

    @property
    def is_kept(self) -> bool:
        """Whether its rows can be asked for when it has ended."""
        return self._recipient is None

    async def begin(self) -> None:
        """Write the first event: from now on the run can be followed."""
        await self._journal.begin(self._chunk_rows)

    async def execute(self) -> None:
        """Everything, to the final event. Not to be cancelled: `cancel` and `interrupt` end it."""
        pulse = asyncio.create_task(self._delivery.pulse())
        self._work = asyncio.create_task(self._live())
        if self._reason or self._interruption:
            self._work.cancel()
        await asyncio.wait([self._work])
        fault = await self._settle(pulse)
        expires = timedelta(seconds=self._around.settings.backlog_ttl)
        ended = self._failed(fault) if fault else self._outcome(self._work)
        await self._journal.end(replace(ended, expires_at=self._now() + expires))
        self.ended.set()
        log.info("run_ended", **log_facts(self.run))

    async def wait_prepared(self, seconds: float | None = None) -> None:
        """Return when its query was accepted, when it has ended, or after so many seconds."""
        outcomes = [asyncio.create_task(event.wait()) for event in (self.prepared, self.ended)]
        try:
            await asyncio.wait(outcomes, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for outcome in outcomes:
                outcome.cancel()

    def cancel(self, reason: Reason) -> None:
        """End the run as `cancelled`; without effect when it is ending already."""
        if self._reason is None and self._interruption is None:
            self._reason = reason
            self._stop_work()

    def interrupt(self, error: RowstreamError | None = None) -> None:
        """End the run as `failed`: the server stops, or has no room or no registry any more."""
        if self._reason is None and self._interruption is None:
            self._interruption = error or Interrupted()
            self._stop_work()

    def _stop_work(self) -> None:
        if self._work is not None:
            self._work.cancel()

    async def _live(self) -> None:
        async with self._around.line.slot(self._delivery.moved):
            await self._timed()
        if self._recipient is not None:
            await self._recipient.delivered()

    async def _settle(self, pulse: asyncio.Task[None]) -> BaseException | None:
        """Write the last rows, out of the reach of a `cancel` that comes now: else the final event
        would be written, and the files closed, under their writing. A fault of ours comes back.
        """
        pulse.cancel()
        last = asyncio.create_task(self._delivery.flush())
        await asyncio.wait([pulse, last])
        error = last.exception()
        # What keeps these rows from being written otherwise has ended the run already.
        return None if isinstance(error, RowstreamError) else error

    async def _timed(self) -> None:
        await self._journal.start()
        limit = asyncio.timeout(self._limit)
        try:
            async with limit:
                await self._reading.read()
        except TimeoutError:
            if not limit.expired():
                raise
            raise self._timeout() from None

    def _outcome(self, work: asyncio.Task[None]) -> Run:
        if work.cancelled():
            return self._ended_by_us()
        error = work.exception()
        if error is None:
            return self.run.completed(self._now())
        if isinstance(error, Canceled):
            return self._ended_by_database()
        return self._failed(error)

    def _ended_by_us(self) -> Run:
        if self._reason is not None:
            return self.run.cancelled(self._now(), self._reason)
        return self._failed(self._interruption or Interrupted())

    def _ended_by_database(self) -> Run:
        """57014: we asked, or PostgreSQL's statement timeout, or somebody's pg_cancel_backend."""
        if self._reason is not None or self._interruption is not None:
            return self._ended_by_us()
        running = self._now() - (self.run.started_at or self._now())
        if running.total_seconds() >= self._limit:
            return self._failed(self._timeout())
        return self.run.cancelled(self._now(), "operator")

    def _failed(self, error: BaseException) -> Run:
        if not isinstance(error, RowstreamError):
            fault = uuid4().hex
            log.error("internal_error", id=fault, **fault_facts(error))
            error = Internal(extra={"id": fault})
        self.error = error
        return self.run.failed(self._now(), error.problem())

    def _timeout(self) -> RunTimeout:
        return RunTimeout(
            f"The run passed its time limit of {self._limit:g} seconds. The rows so far are kept."
            " Choose narrower arguments, or export the report to a file."
        )

    def _now(self) -> datetime:
        return self._around.clock.now()

    @property
    def _limit(self) -> float:
        return self._report.timeout or self._around.settings.run_timeout

    @property
    def _chunk_rows(self) -> int:
        return self._report.chunk_rows or self._around.settings.chunk_rows

    def _new_delivery(self) -> Delivery:
        settings = self._around.settings
        return Delivery(
            self._journal,
            Chunker(most_rows=self._chunk_rows, most_bytes=settings.chunk_bytes),
            delay=settings.chunk_delay,
            clock=self._around.clock,
            broken=self.interrupt,
        )

    def _new_reading(self, query: Query) -> Reading:
        zone = query.timezone or self._report.timezone or self._around.settings.timezone
        return Reading(
            report=self._report,
            query=query,
            session=Session(
                timeout=self._limit + SETTLE_SECONDS,
                timezone=zone,
                name=f"rowstream {self.run.id[:NAME_LENGTH]}",
            ),
            journal=self._journal,
            delivery=self._delivery,
            around=self._around,
            prepared=self.prepared.set,
            recipient=self._recipient,
        )


def log_facts(run: Run) -> dict[str, Json]:
    """What a log line says of a run: no value, and too little of the id to use it."""
    return {
        "run": run.id[:NAME_LENGTH],
        "report": run.report,
        "status": run.status,
        "rows": run.rows,
        "reason": run.reason,
        "code": None if run.error is None else run.error.get("code"),
    }
