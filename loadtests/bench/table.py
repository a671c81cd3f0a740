"""The benchmark's table in Markdown."""

import statistics
from collections.abc import Callable, Sequence

from loadtests.bench.costs import Cost
from loadtests.bench.rounds import Line

HEADS = (
    *("section", "what", "rows", "seconds", "rows/s", "against", "times as fast (least-most)"),
    *("CPU s server", "CPU s PostgreSQL", "CPU s client", "MiB"),
)
HEAD = f"| {' | '.join(HEADS)} |\n|---|---|--:|--:|--:|---" + "|--:" * 5 + "|"
MIB = 2**20


def row(line: Line) -> str:
    """One line of the table: medians of the rounds."""
    rate = f"{line.rows / line.seconds:,.0f}" if line.rows else ""
    cells = [
        line.section,
        line.what,
        f"{line.rows:,}" if line.rows else "",
        f"{line.seconds:.3g}",
        rate,
        line.reference,
        ratios(line.ratios),
        *(median(line.costs, part) for part in (_server, _database, _client)),
        f"{max(cost.memory for cost in line.costs) / MIB:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def ratios(values: Sequence[float]) -> str:
    """`1.52 (1.47-1.60)`: the median, and how far the rounds lie apart."""
    if not values:
        return ""
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def median(costs: Sequence[Cost], part: Callable[[Cost], float | None]) -> str:
    """The median of one part of the costs, empty where nobody had it."""
    known = [value for cost in costs if (value := part(cost)) is not None]
    return f"{statistics.median(known):.2f}" if known else ""


def _server(cost: Cost) -> float | None:
    return cost.server


def _database(cost: Cost) -> float:
    return cost.database


def _client(cost: Cost) -> float:
    return cost.client
