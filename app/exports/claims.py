"""The queue as one worker sees it: he moves the jobs that he has, and no others.

PgQueuer lets whoever has ever had a job delete it, put it back, or keep it alive. A worker that was
silent for a while and has lost an export to another would do so to the other's job, and when that
one died nobody would do the export any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job, TracebackRecord
from pgqueuer.domain.types import JOB_STATUS, JobId, QueueManagerId

HELD = "select id from rowstream.pgqueuer where id = any($1::bigint[]) and queue_manager_id = $2"

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
