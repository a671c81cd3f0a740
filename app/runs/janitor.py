"""What is left behind: runs of dead processes, expired backlogs, files that nobody knows."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog

from app.errors import Gone, Interrupted, RowstreamError, Storage
from app.runs.backlog import BacklogFolder, WriterAlive
from app.runs.backlog_writer import BacklogWriter
from app.runs.clock import Clock
from app.runs.events import event_bytes, final_data
from app.runs.registry import Registry
from app.runs.run import Run, RunId
from app.runs.runner import log_facts
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
        """At start-up: a free lock is a dead run, whatever its heartbeat; unknown files go."""
        await self._bury(await self._registry.silent(0.0))
        for run in await self._registry.unknown(self._backlogs.runs()):
            self._delete_unlocked(run)

    async def go_round_for_ever(self) -> None:
        """Clean every two seconds; a round that fails is repeated."""
        while True:
            await asyncio.sleep(ROUND_SECONDS)
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
            except Gone:
                if run.id in elsewhere and await self._registry.adopt(run.id, former):
                    await self._registry.save([self._interrupted(run)])

    async def _bury_one(self, run: Run, former: str) -> None:
        """Write the end that the dead writer could not write. Its lock comes first."""
        with self._backlogs.adopt(run.id) as writer:
            if not await self._registry.adopt(run.id, former):
                return
            ended = self._interrupted(
                replace(run, rows=writer.rows, chunks=writer.chunks, bytes=writer.size)
            )
            if not writer.complete:
                await asyncio.to_thread(_write_end, writer, ended, self._clock)
            await self._registry.save([ended])
            log.info("run_buried", **log_facts(ended))

    def _interrupted(self, run: Run) -> Run:
        now = self._clock.now()
        ended = run.failed(now, Interrupted().problem())
        return replace(ended, expires_at=now + timedelta(seconds=self._settings.backlog_ttl))

    async def _make_room(self) -> None:
        """The oldest finished runs go first when all together are too large."""
        excess = (
            sum((await self._registry.usage_by_owner()).values()) - self._settings.backlog_bytes
        )
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
