"""What the planner thinks of a statement: how many rows, at what cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from app.database.pool import Connection


MOST_ROWS = 2**53 - 1  # an estimate of joined joins can be 1e+30; JSON's readers count so far


@dataclass(frozen=True, slots=True)
class Plan:
    """The planner's estimate of rows (at most 2^53 - 1), costs in its own units, kinds of nodes.

    `startup_cost` is what it takes to the first row, `cost` to the last.
    """

    rows: int
    cost: float
    startup_cost: float = 0.0
    nodes: frozenset[str] = frozenset()


async def explain(connection: "Connection", sql: str, binds: Sequence[str | None]) -> Plan:
    """Plan the statement without running it; PostgreSQL checks the rights as it does."""
    top = orjson.loads(await connection.fetchval(f"explain (format json) {sql}", *binds))[0]["Plan"]
    return Plan(
        rows=min(int(top["Plan Rows"]), MOST_ROWS),
        cost=float(top["Total Cost"]),
        startup_cost=float(top["Startup Cost"]),
        nodes=frozenset(_node_types(top)),
    )


def _node_types(node: Mapping[str, Any]) -> Iterator[str]:
    yield node["Node Type"]
    for below in node.get("Plans", ()):
        yield from _node_types(below)
