"""What the planner thinks of a statement: how many rows, at what cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from app.database.pool import Connection


MOST_ROWS = 2**53 - 1  # an estimate of joined joins can be 1e+30; JSON's readers count so far


@dataclass(frozen=True, slots=True)
class Plan:
    """The planner's estimate of rows, at most 2^53 - 1, and the total cost in its own units."""

    rows: int
    cost: float


async def explain(connection: "Connection", sql: str, binds: Sequence[str | None]) -> Plan:
    """Plan the statement without running it; PostgreSQL checks the rights as it does."""
    top = orjson.loads(await connection.fetchval(f"explain (format json) {sql}", *binds))[0]["Plan"]
    return Plan(rows=min(int(top["Plan Rows"]), MOST_ROWS), cost=float(top["Total Cost"]))
