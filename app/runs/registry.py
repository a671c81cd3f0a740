"""The runs of all processes, in the state database: table `rowstream.run`.

Every statement lies in `app/database/state.sql`; here are their arguments and results. While the
state database is away every call raises DatabaseUnavailable.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson

from app.database.pool import Database
from app.database.state import State, StateRow
from app.errors import Gone, Json, NotFound, TooManyRuns
from app.runs.run import Run, RunId
from app.runs.space import Usage

CHANNEL = "rowstream_cancel"
TOO_MANY_RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Order:
    """What the registry tells the owner of a run; `unfollowed` in seconds."""

    run: RunId
    cancel_requested: bool
    unfollowed: float


class Registry:
    """Finds, enters and saves runs; `process` is this process's own random name."""

    def __init__(self, database: Database, *, process: str) -> None:
        self._state = State(database)
        self.process = process

    async def install(self) -> None:
        """Make the schema where it is missing."""
        await self._state.install()

    async def enter(self, run: Run, *, most: int) -> None:
        """Enter a new run, or raise TooManyRuns; counted in PostgreSQL under a lock per owner."""
        row = {**_saved(run), **_entered(run)}
        entered = await self._state.locked("enter", run.owner, orjson.dumps(row).decode(), most)
        if not entered:
            raise TooManyRuns(
                f"You have {most} runs in progress, and may have no more."
                " Cancel one, or wait for one to end.",
                retry_after=TOO_MANY_RETRY_SECONDS,
            )

    async def find(self, run: RunId) -> Run:
        """The run; NotFound when nobody knows it, Gone when it has expired."""
        rows = await self._state.fetch("find", run)
        if not rows:
            raise NotFound("There is no such run.")
        if rows[0]["deleted_at"] is not None:
            raise Gone(run=run)
        return _run(rows[0])

    async def listed(self, owner: str) -> list[Run]:
        """The owner's runs that are kept, newest first, at most 200."""
        return [_run(row) for row in await self._state.fetch("listed", owner)]

    async def usage_by_owner(self) -> dict[str, Usage]:
        """What every owner's backlogs take."""
        rows = await self._state.fetch("usage_by_owner")
        return {row["owner"]: Usage(row["kept"], row["in_progress"]) for row in rows}

    async def save(self, runs: Sequence[Run]) -> list[Order]:
        """Write what is known of these runs, a sign of life; what is asked of them comes back."""
        records = orjson.dumps([_saved(run) for run in runs]).decode()
        rows = await self._state.fetch("save", records, self.process)
        return [Order(RunId(row["id"]), row["cancel_requested"], row["unfollowed"]) for row in rows]

    async def follow(self, runs: Iterable[RunId]) -> None:
        """Somebody looks at these runs."""
        await self._state.fetch("follow", list(runs))

    async def request_cancel(self, run: RunId) -> None:
        """Ask the process that owns the run to cancel it."""
        await self._state.fetch("request_cancel", run)

    async def requested_cancels(self) -> list[RunId]:
        """Runs of this process that somebody wants cancelled."""
        rows = await self._state.fetch("requested_cancels", self.process)
        return [RunId(row["id"]) for row in rows]

    async def silent(self, seconds: float) -> list[tuple[Run, str]]:
        """Runs in progress without a sign of life for so long, and whose; our own ones too.

        Who left in the middle of a start can have left a run that no process knows.
        """
        rows = await self._state.fetch("silent", seconds)
        return [(_run(row), row["process"]) for row in rows]

    async def adopt(self, run: RunId, former: str) -> bool:
        """Become the owner of a dead process's run; False when somebody else was faster."""
        return bool(await self._state.fetch("adopt", run, self.process, former))

    async def forget(self, run: RunId) -> None:
        """Remove a run that never began."""
        await self._state.fetch("forget", run)

    async def expired(self) -> list[RunId]:
        """Finished runs whose time has passed."""
        return [RunId(row["id"]) for row in await self._state.fetch("expired")]

    async def oldest(self) -> list[tuple[RunId, int]]:
        """Finished runs, the oldest first, and their bytes."""
        rows = await self._state.fetch("oldest")
        return [(RunId(row["id"]), row["bytes"]) for row in rows]

    async def delete(self, runs: Sequence[RunId]) -> None:
        """Mark runs as expired: from now on they are Gone."""
        await self._state.fetch("delete", list(runs))

    async def purge(self, seconds: float) -> None:
        """Forget what has been gone for so long."""
        await self._state.fetch("purge", seconds)

    async def unknown(self, runs: Iterable[RunId]) -> set[RunId]:
        """Those of the runs that no row knows."""
        asked = set(runs)
        rows = await self._state.fetch("known", list(asked))
        return asked - {RunId(row["id"]) for row in rows}


def _entered(run: Run) -> dict[str, Json]:
    return {
        "kind": run.kind,
        "owner": run.owner,
        "report": run.report,
        "title": run.title,
        "arguments": dict(run.arguments),
        "query": dict(run.query),
        "process": run.process,
        "created_at": run.created_at.isoformat(),
    }


def _saved(run: Run) -> dict[str, Json]:
    return {
        "id": run.id,
        "status": run.status,
        "stage": run.stage,
        "position": run.position,
        "rows": run.rows,
        "chunks": run.chunks,
        "bytes": run.bytes,
        "total": run.total,
        "total_kind": run.total_kind,
        "progress": run.progress,
        "reader": run.reader,
        "reader_reason": run.reader_reason,
        "reason": run.reason,
        "error": None if run.error is None else dict(run.error),
        "started_at": _iso(run.started_at),
        "finished_at": _iso(run.finished_at),
        "expires_at": _iso(run.expires_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


JSON_COLUMNS = ("arguments", "query", "error")
# The table has more: what a run's keeper knows, and what only exports have.
RUN_COLUMNS = tuple(each.name for each in fields(Run))


def _run(row: StateRow) -> Run:
    values: dict[str, Any] = {name: row[name] for name in RUN_COLUMNS}
    for name in JSON_COLUMNS:
        values[name] = None if values[name] is None else orjson.loads(values[name])
    values["id"] = RunId(str(values["id"]))
    return Run(**values)
