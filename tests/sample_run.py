"""A run with everything that has no default, for tests of what is made of runs."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.runs.run import Run, RunId, new_run_id

CREATED = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def sample_run(**changes: Any) -> Run:  # noqa: ANN401  (any of its fields)
    """A run that has just been asked for, except for these fields."""
    run = Run(
        id=RunId(new_run_id()),
        owner="ann",
        report="sales",
        title="Sales",
        process="p1",
        created_at=CREATED,
        arguments={"region": "north", "until": None},
    )
    return replace(run, **changes)
