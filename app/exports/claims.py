"""The queue as one worker sees it: he takes as many jobs as he has room for, and moves those alone.

PgQueuer lets whoever has ever had a job delete it, put it back, or keep it alive. A worker that was
silent for a while and has lost an export to another would do so to the other's job, and when that
one died nobody would do the export any more.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job, TracebackRecord
from pgqueuer.domain.types import JOB_STATUS, JobId, QueueEntrypoint, QueueManagerId
from pgqueuer.ports.repository import EntrypointExecutionParameter

HELD = "select id from rowstream.pgqueuer where id = any($1::bigint[]) and queue_manager_id = $2"

Ended = tuple[Job, JOB_STATUS, TracebackRecord | None]


@dataclass
class Claims(Queries):
    """PgQueuer's queries; those about jobs that `holder` has lost do nothing.

    No more jobs are taken while `working` has `slots`: PgQueuer itself takes two at least, of which
    one would wait where another worker is free.
    """

    holder: QueueManagerId | None = None
    working: Collection[JobId] = ()
    slots: int = 1

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: dict[QueueEntrypoint, EntrypointExecutionParameter],
        queue_manager_id: QueueManagerId,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> list[Job]:
        """Take the next jobs, if there is room for them."""
        if len(self.working) >= self.slots:
            return []
        return await super().dequeue(
            batch_size, entrypoints, queue_manager_id, global_concurrency_limit, heartbeat_timeout
        )

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
