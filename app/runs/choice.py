"""Which reader reads a run, and why, and whether it is counted: decided from plans. Pure.

COPY brings large results several times as fast and keeps parallel plans, but it hands rows over
in steps of 8 KB: where rows come slowly one by one, the first of them would wait for their
neighbours. A cursor shows each row as it comes, without parallel workers.
"""

from dataclasses import dataclass
from typing import Literal

from app.catalog.report import Reader
from app.database.explain import Plan
from app.database.volatility import Calls

ReaderName = Literal["cursor", "copy"]

# More than one chunk: from here on COPY takes a third of the time and of the CPU.
LARGE_ROWS = 1_000
# Planner's units for one row: one of a plain scan costs about 0.02, a slow one takes milliseconds.
SLOW_ROW_COST = 100.0
# Their rows can trickle, and the planner cannot know how slowly.
TRICKLING = frozenset({"Function Scan", "Table Function Scan", "Foreign Scan", "Custom Scan"})
PARALLEL = frozenset({"Gather", "Gather Merge"})

# Measured, warm: one of the planner's units took 2 to 34 us, mostly 3 to 8; a row on its way to a
# follower 1 to 3.
UNIT_SECONDS = 5e-6
ROW_SECONDS = 2e-6
COUNT_SHARE = 1 / 3  # of the time that the rows take: a total that comes later helps nobody


@dataclass(frozen=True, slots=True)
class Choice:
    """The reader, and the reason for those who wonder."""

    reader: ReaderName
    reason: str


def choose_reader(asked: Reader, plan: Plan, calls: Calls) -> Choice:
    """What was asked for; for `auto` what suits the plan."""
    if asked != "auto":
        return Choice(asked, "it was asked for")
    if reason := _why_row_by_row(plan, calls):
        return Choice("cursor", reason)
    if plan.nodes & PARALLEL:
        return Choice("copy", "the plan is parallel")
    if plan.rows > LARGE_ROWS:
        return Choice("copy", "the result is large")
    return Choice("cursor", "the result is small")


def comes_before_the_rows(count: Plan, rows: Plan) -> bool:
    """Whether the exact count will be there well before the last of the rows."""
    reading = rows.cost * UNIT_SECONDS + rows.rows * ROW_SECONDS
    return count.cost * UNIT_SECONDS <= reading * COUNT_SHARE


def _why_row_by_row(plan: Plan, calls: Calls) -> str | None:
    if calls.volatile:
        return "the report calls volatile functions"
    if calls.written:
        return "the report calls functions whose cost the planner does not know"
    if trickling := sorted(plan.nodes & TRICKLING):
        return f"rows may come slowly out of a {trickling[0].lower()}"
    if (plan.cost - plan.startup_cost) / max(plan.rows, 1) > SLOW_ROW_COST:
        return "each row is expensive, so the first ones are shown as they come"
    return None
