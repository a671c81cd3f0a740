"""The runs of this process, and what it knows of the others: start, look up, cancel, follow."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from app.catalog.query import Query
from app.catalog.report import Report
from app.errors import NotFound, RowstreamError
from app.runs.backlog import BacklogFolder
from app.runs.backlog_reader import BacklogReader
from app.runs.changes import Changes, LocalChanges, PolledChanges
from app.runs.reading import Surroundings
from app.runs.recipient import Recipient
from app.runs.registry import Registry
from app.runs.run import Run, RunId, new_run_id
from app.runs.runner import Runner, log_facts
from app.runs.space import used_up

PREPARED_SECONDS = 2.0
CANCELLED_SECONDS = 1.0
LOOK_SECONDS = 0.05

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Local:
    """A run of this process: its task and who wakes its followers."""

    runner: Runner
    changes: LocalChanges
    task: asyncio.Task[None]


class Runs:
    """Everything that can be done with runs. `locals` are this process's until they are saved."""

    def __init__(self, around: Surroundings, registry: Registry, backlogs: BacklogFolder) -> None:
        self.locals: dict[RunId, Local] = {}
        self.seen: set[RunId] = set()
        self._around = around
        self._settings = around.settings
        self._registry = registry
        self._backlogs = backlogs
        self._following: dict[RunId, int] = {}

    @property
    def active(self) -> int:
        """Runs in progress in this process."""
        return sum(not local.runner.ended.is_set() for local in self.locals.values())

    @property
    def followers(self) -> int:
        """Open event streams of this process."""
        return sum(self._following.values())

    async def start(self, *, owner: str, report: Report, query: Query) -> Run:
        """Start a run. Where a slot is free at once, its query has been accepted on return.

        Raises TooManyRuns, Busy, Storage, and what PostgreSQL says of the query within 2 s.
        """
        return (await self._start(owner, report, query)).run

    async def start_direct(
        self, *, owner: str, report: Report, query: Query, recipient: Recipient
    ) -> Runner:
        """The same for a run whose rows go to `recipient`; it is forgotten when it has ended."""
        return await self._start(owner, report, query, recipient)

    async def get(self, run: RunId) -> Run:
        """The run as it is; NotFound or Gone."""
        local = self.locals.get(run)
        return local.runner.run if local else await self._registry.find(run)

    async def listed(self, owner: str) -> list[Run]:
        """The owner's runs that are kept, newest first."""
        saved = await self._registry.listed(owner)
        return [await self.get(run.id) if run.id in self.locals else run for run in saved]

    async def cancel(self, run: Run) -> Run:
        """Cancel, wherever it runs, and wait up to a second for the end; repeatable."""
        if run.is_final:
            return run
        local = self.locals.get(run.id)
        if local is None:
            return await self._cancel_elsewhere(run)
        local.runner.cancel("user")
        await _wait(local.runner.ended, CANCELLED_SECONDS)
        return local.runner.run

    def heard(self, run: str) -> None:
        """Cancel a run of this process, as somebody asked another process to."""
        if local := self.locals.get(RunId(run)):
            local.runner.cancel("user")

    async def interrupt_all(self, error: RowstreamError | None = None) -> None:
        """End all runs of this process as `failed`; returns when their final events are written."""
        for local in self.locals.values():
            local.runner.interrupt(error)
        await asyncio.gather(*(local.runner.ended.wait() for local in self.locals.values()))

    def changes(self, run: RunId) -> Changes:
        """What wakes a follower of this run."""
        local = self.locals.get(run)
        return local.changes if local else PolledChanges()

    def ended_here(self, run: RunId) -> bool | None:
        """Whether the last event of a run of this process is written, which comes after its status;
        None for a run of another.
        """
        local = self.locals.get(run)
        return None if local is None else local.runner.ended.is_set()

    def reader(self, run: Run) -> BacklogReader:
        """The run's backlog; Gone when it is deleted. Use it in a `with` block."""
        return self._backlogs.reader(run.id)

    def followed(self, run: RunId) -> None:
        """Somebody has looked at the run."""
        self.seen.add(run)

    def is_followed(self, run: RunId) -> bool:
        """Whether somebody follows the run through this process, or has looked at it just now."""
        return run in self._following or run in self.seen

    @contextmanager
    def following(self, run: RunId) -> Generator[None]:
        """Inside, the run is being followed."""
        self.followed(run)
        self._following[run] = self._following.get(run, 0) + 1
        try:
            yield
        finally:
            self.followed(run)
            self._following[run] -= 1
            if not self._following[run]:
                del self._following[run]

    def take_seen(self) -> set[RunId]:
        """The runs that were looked at since the last call, or are being followed."""
        seen, self.seen = self.seen | set(self._following), set()
        return seen

    def drop(self, run: RunId) -> None:
        """Forget a run that has ended and is saved; the registry knows it."""
        self.locals.pop(run, None)

    def _new_run(self, owner: str, report: Report, query: Query) -> Run:
        return Run(
            id=new_run_id(),
            owner=owner,
            report=report.name,
            title=report.title,
            process=self._registry.process,
            created_at=self._around.clock.now(),
            arguments=query.arguments,
            query=query.to_json(),
        )

    async def _start(
        self, owner: str, report: Report, query: Query, recipient: Recipient | None = None
    ) -> Runner:
        with self._around.line.coming() as at_once:
            await self._check_storage(owner)
            await self._ends_saved(owner)
            run = self._new_run(owner, report, query)
            local = await self._launch(run, report, query, recipient)
        if at_once:
            await self._wait_prepared(local)
        return local.runner

    async def _check_storage(self, owner: str) -> None:
        usage = await self._registry.usage_by_owner()
        if error := used_up(usage, owner, most=self._settings.backlog_bytes):
            raise error

    async def _ends_saved(self, owner: str) -> None:
        """Wait until the registry knows which of the owner's runs here have ended.

        Who was told an end may start the next run, and the registry counts.
        """
        ending = [
            local.task
            for local in self.locals.values()
            if local.runner.run.owner == owner and local.runner.ended.is_set()
        ]
        if ending:
            await asyncio.wait(ending)

    async def _launch(
        self, run: Run, report: Report, query: Query, recipient: Recipient | None
    ) -> Local:
        await self._registry.enter(run, most=self._settings.runs_per_owner)
        try:
            local = await self._begin(run, report, query, recipient)
        except BaseException:
            self._backlogs.delete(run.id)
            await asyncio.shield(self._registry.forget(run.id))
            raise
        self.locals[run.id] = local
        log.info("run_started", **log_facts(run))
        return local

    async def _begin(
        self, run: Run, report: Report, query: Query, recipient: Recipient | None
    ) -> Local:
        changes = LocalChanges()
        writer = self._backlogs.create(run.id)
        try:
            runner = Runner(
                run,
                report=report,
                query=query,
                writer=writer,
                around=self._around,
                grown=changes.wake,
                recipient=recipient,
            )
            await runner.begin()
        except BaseException:
            writer.close()
            raise
        return Local(runner, changes, asyncio.create_task(self._execute(runner)))

    async def _execute(self, runner: Runner) -> None:
        await runner.execute()
        if runner.is_kept:
            await self.save([runner.run])
            return
        try:
            await self._forget(runner.run.id)
        except RowstreamError as error:  # the heart saves it, as one that has ended
            log.warning("run_not_forgotten", code=error.code)

    async def save(self, runs: list[Run]) -> None:
        """Write ended runs to the registry; while that fails they stay local, to be saved later."""
        try:
            await self._registry.save(runs)
        except RowstreamError as error:
            log.warning("run_not_saved", code=error.code)
            return
        for run in runs:
            self.drop(run.id)

    async def _wait_prepared(self, local: Local) -> None:
        """Wait for the query to be accepted; what keeps it from being is this request's answer."""
        runner = local.runner
        await runner.wait_prepared(PREPARED_SECONDS)
        if runner.error is not None and not runner.prepared.is_set():
            await local.task
            await self._forget(runner.run.id)
            raise runner.error

    async def _forget(self, run: RunId) -> None:
        await self._registry.forget(run)
        self._backlogs.delete(run)
        self.drop(run)

    async def _cancel_elsewhere(self, run: Run) -> Run:
        await self._registry.request_cancel(run.id)
        deadline = self._around.clock.monotonic() + CANCELLED_SECONDS
        while not run.is_final and self._around.clock.monotonic() < deadline:
            await asyncio.sleep(LOOK_SECONDS)
            run = await self._registry.find(run.id)
        return run


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def missing_run() -> NotFound:
    """The one answer for an id that is unknown, foreign, or none at all."""
    return NotFound("There is no such run.")
