"""What a run is, which states it can be in, and which moves are legal. Nothing here does I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NewType
from uuid import UUID, uuid4

from app.errors import Json

RunId = NewType("RunId", str)
Status = Literal["pending", "processing", "completed", "failed", "cancelled"]
Stage = Literal["queued", "fetching", "processing", "finalizing"]
TotalKind = Literal["exact", "estimate", "unknown"]
Reason = Literal["user", "follower_left", "operator"]

MOVES: Mapping[Status, frozenset[Status]] = {
    "pending": frozenset({"processing", "failed", "cancelled"}),
    "processing": frozenset({"completed", "failed", "cancelled"}),
    "completed": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
}
IN_PROGRESS: tuple[Status, ...] = tuple(status for status, ways in MOVES.items() if ways)


def is_final(status: Status) -> bool:
    """Final is what no move leads out of."""
    return not MOVES[status]


def new_run_id() -> RunId:
    """128 random bits (uuid4): where nobody logs in, knowing it is the right to see the run."""
    return RunId(str(uuid4()))


def parse_run_id(text: str) -> RunId | None:
    """The id in its one written form, or None for anything else."""
    try:
        return RunId(text) if str(UUID(text)) == text else None
    except ValueError:
        return None


class IllegalMove(RuntimeError):
    """A status was to follow another that it cannot follow; a fault of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a report. Times are aware; `bytes` is its backlog's, compressed."""

    id: RunId
    owner: str
    report: str
    title: str
    process: str
    created_at: datetime
    kind: Literal["run"] = "run"
    arguments: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    query: Mapping[str, Json] = field(default_factory=dict[str, Json])
    status: Status = "pending"
    stage: Stage | None = "queued"
    position: int | None = None
    rows: int = 0
    chunks: int = 0
    bytes: int = 0
    total: int | None = None
    total_kind: TotalKind = "unknown"
    progress: float | None = None
    reader: str | None = None
    reader_reason: str | None = None
    reason: Reason | None = None
    error: Mapping[str, Json] | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        """Whether the run has ended."""
        return is_final(self.status)

    def started(self, at: datetime) -> "Run":
        """The run when it has left the waiting line."""
        return replace(self._moved("processing"), stage="fetching", position=None, started_at=at)

    def completed(self, at: datetime) -> "Run":
        """The run when it has delivered everything: its rows are the total."""
        ended = self._ended("completed", at)
        return replace(ended, total=self.rows, total_kind="exact", progress=100.0)

    def cancelled(self, at: datetime, reason: Reason) -> "Run":
        """The run when somebody, or nobody's interest, has ended it."""
        return replace(self._ended("cancelled", at), reason=reason)

    def failed(self, at: datetime, error: Mapping[str, Json]) -> "Run":
        """The run when it could not go on; `error` is the problem object."""
        return replace(self._ended("failed", at), error={**error, "run": self.id})

    def elapsed_ms(self, now: datetime) -> int:
        """Milliseconds from the request to the end, or to now."""
        end = self.finished_at or now
        return max(0, round((end - self.created_at).total_seconds() * 1000))

    def _moved(self, status: Status) -> "Run":
        if status not in MOVES[self.status]:
            message = f"a run cannot go from {self.status} to {status}"
            raise IllegalMove(message)
        return replace(self, status=status)

    def _ended(self, status: Status, at: datetime) -> "Run":
        return replace(self._moved(status), stage=None, position=None, finished_at=at)


def run_json(run: Run, now: datetime) -> dict[str, Json]:
    """The run as `GET /api/runs/{run}` answers it."""
    return {
        "run": run.id,
        "report": run.report,
        "title": run.title,
        "arguments": dict(run.arguments),
        "query": dict(run.query),
        "status": run.status,
        "stage": run.stage,
        "position": run.position,
        "rows": run.rows,
        "chunks": run.chunks,
        "total": run.total,
        "total_kind": run.total_kind,
        "progress": run.progress,
        "reader": run.reader,
        "reader_reason": run.reader_reason,
        "created_at": run.created_at.isoformat(),
        "started_at": _iso(run.started_at),
        "finished_at": _iso(run.finished_at),
        "expires_at": _iso(run.expires_at),
        "elapsed_ms": run.elapsed_ms(now),
        "reason": run.reason,
        "error": None if run.error is None else dict(run.error),
        "links": _links(run.id),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _links(run: RunId) -> dict[str, Json]:
    here = f"/api/runs/{run}"
    rows: dict[str, Json] = {kind: f"{here}/rows.{kind}" for kind in ("csv", "json", "ndjson")}
    return {
        "stream": f"{here}/stream",
        "cancel": f"/api/reports/cancel/{run}",
        "chunks": f"{here}/chunks",
        "rows": rows,
    }
