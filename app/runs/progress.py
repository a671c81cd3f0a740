"""How far a run is: the total, what kind of total it is, and a percentage that does not lie.

The percentage never falls within one kind of total, stays below 100 until the run has completed,
and is None when the total is unknown. More rows than were estimated make the total unknown.
"""

from dataclasses import dataclass

from app.runs.run import TotalKind

MOST = 99.9


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows so far against a total of one kind; `percent` is what readers see."""

    rows: int = 0
    total: int | None = None
    total_kind: TotalKind = "unknown"
    percent: float | None = None

    def with_rows(self, rows: int) -> "Progress":
        """After rows have been produced."""
        if self.total_kind == "estimate" and self.total is not None and rows > self.total:
            return Progress(rows)
        return Progress(rows, self.total, self.total_kind, self._percent(rows))

    def estimated(self, total: int) -> "Progress":
        """With the planner's estimate; an exact total stays."""
        return self if self.total_kind == "exact" else self._retotalled(total, "estimate")

    def counted(self, total: int) -> "Progress":
        """With the exact count of the same snapshot."""
        return self._retotalled(total, "exact")

    def _retotalled(self, total: int, kind: TotalKind) -> "Progress":
        return Progress(self.rows, total, kind).with_rows(self.rows)

    def _percent(self, rows: int) -> float | None:
        if self.total is None:
            return None
        reached = 0.0 if rows == 0 else min(MOST, rows * 1000 // max(self.total, 1) / 10)
        return max(reached, self.percent or 0.0)
