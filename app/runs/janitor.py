"""What is left behind: runs of dead processes, expired backlogs, files that nobody knows."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import structlog

from app.errors import Gone, Interrupted, RowstreamError, Storage
from app.runs.backlog import BacklogFolder, WriterAlive
from app.runs.backlog_writer import BacklogWriter
from app.runs.clock import Clock
from app.runs.events import event_bytes, event_data, final_data, told_end
from app.runs.frames import Damaged
from app.runs.registry import Registry
from app.runs.run import Run, RunId
from app.runs.runner import NAME_LENGTH, log_facts
from app.runs.space import kept_bytes
from app.settings import Settings

ROUND_SECONDS = 2.0
SILENT_SECONDS = 10.0  # the file is here: its lock tells whether the writer lives
SILENT_ELSEWHERE_SECONDS = 20.0  # the file is not: only the silence tells
REMEMBERED = timedelta(days=7)  # 410, then 404

log = structlog.get_logger()


class Janitor:
    """Goes round every two seconds until it is cancelled. Any process may do it, also several."""

    def __init__(
        self, registry: Registry, backlogs: BacklogFolder, *, settings: Settings, clock: Clock
    ) -> None:
        self._registry = registry
        self._backlogs = backlogs
        self._settings = settings
        self._clock = clock

    async def begin(self) -> None:
        """At start-up: a free lock is a dead run, whatever its heartbeat; unknown files go.

        Not while they could be another server's, whose state is kept elsewhere and whose data
        folder is this one.
        """
        await self._bury(await self._registry.silent(0.0))
        old = self._backlogs.runs(unchanged=self._settings.backlog_ttl)
        for run in await self._registry.unknown(old):
            self._delete_unlocked(run)

    async def go_round_for_ever(self) -> None:
        """Clean every two seconds; a round that fails is repeated."""
        while True:
            await self._clock.pause(ROUND_SECONDS)
            try:
                await self.go_round()
            except RowstreamError as error:
                log.warning("round_not_finished", code=error.code)

    async def go_round(self) -> None:
        """Bury the dead, delete what has expired, make room."""
        await self._bury(await self._registry.silent(SILENT_SECONDS))
        await self._delete(await self._registry.expired())
        await self._make_room()
        await self._registry.purge(REMEMBERED.total_seconds())

    async def _bury(self, silent: list[tuple[Run, str]]) -> None:
        elsewhere = {run.id for run, _ in await self._registry.silent(SILENT_ELSEWHERE_SECONDS)}
        for run, former in silent:
            try:
                await self._bury_one(run, former)
            except WriterAlive:
                continue  # it works but cannot say so: it ends its runs itself
            except Storage as error:
                log.warning("run_not_buried", run=run.id[:NAME_LENGTH], detail=error.detail)
            except Gone:
                if run.id in elsewhere and await self._registry.adopt(run.id, former):
                    await self._registry.save([self._interrupted(run)])

    async def _bury_one(self, run: Run, former: str) -> None:
        """Say the end that the dead writer could not say. Its lock comes first."""
        with self._backlogs.adopt(run.id) as writer:
            if not await self._registry.adopt(run.id, former):
                return
            run = replace(run, rows=writer.rows, chunks=writer.chunks, bytes=writer.size)
            ended = await asyncio.to_thread(self._ended, run, writer)
            await self._registry.save([ended])
            log.info("run_buried", **log_facts(ended))

    def _ended(self, run: Run, writer: BacklogWriter) -> Run:
        """As its followers were told, or else interrupted; blocks on the disk."""
        if writer.complete:
            with suppress(Damaged), self._backlogs.reader(run.id) as reader:
                if record := reader.record(reader.count()):
                    return self._kept(told_end(run, event_data(reader.event(record))))
        ended = self._interrupted(run)
        if not writer.complete:
            _write_end(writer, ended, self._clock)
        return ended

    def _interrupted(self, run: Run) -> Run:
        return self._kept(run.failed(self._clock.now(), Interrupted().problem()))

    def _kept(self, run: Run) -> Run:
        ttl = timedelta(seconds=self._settings.backlog_ttl)
        return replace(run, expires_at=self._clock.now() + ttl)

    async def _make_room(self) -> None:
        """The oldest finished runs go first when all together are too large."""
        usage = await self._registry.usage_by_owner()
        excess = kept_bytes(usage) - self._settings.backlog_bytes
        if excess < 0:
            return
        doomed: list[RunId] = []
        for run, size in await self._registry.oldest():
            if excess < 0:
                break
            doomed.append(run)
            excess -= size
        await self._delete(doomed)

    async def _delete(self, runs: list[RunId]) -> None:
        for run in runs:
            self._backlogs.delete(run)
        if runs:
            await self._registry.delete(runs)

    def _delete_unlocked(self, run: RunId) -> None:
        try:
            with self._backlogs.adopt(run):
                self._backlogs.delete(run)
        except (WriterAlive, Gone):
            return


def _write_end(writer: BacklogWriter, run: Run, clock: Clock) -> None:
    data = final_data(run, run.elapsed_ms(clock.now()))
    try:
        writer.append(event_bytes(run.id, writer.events + 1, "failed", data), kind="final")
    except Storage:
        log.warning("end_not_written", **log_facts(run))
