"""The queue as one worker sees it: he moves the jobs that he has, and waits for no dead connection.

PgQueuer lets whoever has ever had a job delete it, put it back, or keep it alive. A worker that was
silent for a while and has lost an export to another would do so to the other's job, and when that
one died nobody would do the export any more.
"""

import asyncio
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job, TracebackRecord
from pgqueuer.domain.types import JOB_STATUS, JobId, QueueManagerId

HELD = "select id from rowstream.pgqueuer where id = any($1::bigint[]) and queue_manager_id = $2"

ANSWER_SECONDS = 5.0  # what a statement about the queue can take

Ended = tuple[Job, JOB_STATUS, TracebackRecord | None]


@dataclass
class Claims(Queries):
    """PgQueuer's queries; those about jobs that `holder` has lost do nothing."""

    holder: QueueManagerId | None = None

    async def log_jobs(self, job_status: list[Ended]) -> None:
        """They have ended."""
        held = await self._held(job.id for job, _, _ in job_status)
        await super().log_jobs([each for each in job_status if each[0].id in held])

    async def retry_job(
        self, job: Job, delay: timedelta, traceback_record: TracebackRecord | None
    ) -> None:
        """Put it back, for anybody."""
        if await self._held([job.id]):
            await super().retry_job(job, delay, traceback_record)

    async def update_heartbeat(self, job_ids: list[JobId]) -> None:
        """They are being worked on."""
        await super().update_heartbeat(list(await self._held(job_ids)))

    async def _held(self, jobs: Iterable[JobId]) -> set[JobId]:
        rows = await self.driver.fetch(HELD, list(set(jobs)), self.holder)
        return {JobId(int(str(row["id"]))) for row in rows}


class QuickDriver(AsyncpgDriver):
    """PgQueuer's driver; a connection on which a statement takes too long is dropped.

    PgQueuer itself waits for ever, also when it is to end.
    """

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """The rows."""
        with self._in_time():
            return await super().fetch(query, *args)

    async def execute(self, query: str, *args: object) -> str:
        """What was done."""
        with self._in_time():
            return await super().execute(query, *args)

    async def notify(self, channel: str, payload: str) -> None:
        """Tell whoever listens."""
        with self._in_time():
            await super().notify(channel, payload)

    @contextmanager
    def _in_time(self) -> Generator[None]:
        loop = asyncio.get_running_loop()
        late = loop.call_later(ANSWER_SECONDS, self._connection.terminate)
        try:
            yield
        finally:
            late.cancel()
