"""The benchmark's table in Markdown."""

import statistics
from collections.abc import Iterable, Sequence

from loadtests.bench.rounds import Line

HEADS = (
    *("section", "what", "rows", "seconds", "rows/s", "against", "times as fast (least-most)"),
    *("CPU s server", "CPU s PostgreSQL", "CPU s client", "MiB"),
)
HEAD = f"| {' | '.join(HEADS)} |\n|---|---|--:|--:|--:|---" + "|--:" * 5 + "|"
MIB = 2**20


def row(line: Line) -> str:
    """One line of the table: medians of the rounds, and the most memory."""
    memory = max((cost.memory or 0 for cost in line.costs), default=0)
    cells = [
        line.section,
        line.what,
        f"{line.rows:,}" if line.rows else "",
        f"{line.seconds:.3g}",
        f"{line.rows / line.seconds:,.0f}" if line.rows else "",
        line.reference,
        ratios(line.ratios),
        median(cost.server for cost in line.costs),
        median(cost.database for cost in line.costs),
        median(cost.client for cost in line.costs),
        f"{memory / MIB:.0f}" if memory else "",
    ]
    return f"| {' | '.join(cells)} |"


def ratios(values: Sequence[float]) -> str:
    """`1.52 (1.47-1.60)`: the median, and how far the rounds lie apart."""
    if not values:
        return ""
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def median(values: Iterable[float | None]) -> str:
    """The median of those that are known."""
    known = [value for value in values if value is not None]
    return f"{statistics.median(known):.2f}" if known else ""
