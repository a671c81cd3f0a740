"""The table of a load test and the limits that decide whether it passed."""

from collections.abc import Mapping

from locust.stats import RequestStats, StatsEntry

# Seconds at the 99th percentile; the names are those of the samples.
LIMITS = {"page": 2.0, "first rows": 2.0, "whole run": 5.0, "resumed run": 5.0}
LIMITED_PEOPLE = 50  # more of them may have to wait, and only errors fail
# Without these nothing was tried, however quiet it was.
NEEDED = ("page", "first rows", "whole run", "cancel", "resumed run", "chunk")
# Each of their rows is counted once; "first rows" are in "whole run".
READ = ("whole run", "cancel", "resumed run")
HEAD = "| what | times | failed | p50 s | p95 s | p99 s | longest s | rows/s | limit (p99) s |"


def table(stats: RequestStats, limits: Mapping[str, float]) -> str:
    """Markdown: a line for each kind of sample, then the rows in all and the errors."""
    entries = sorted(stats.entries.values(), key=lambda entry: _place(entry.name))
    lines = [
        HEAD,
        "|---" + "|--:" * (HEAD.count("|") - 2) + "|",
    ]
    lines += [_line(entry, limits.get(entry.name)) for entry in entries]
    errors = [
        f"{error.occurrences} times {error.name}: {error.error}" for error in stats.errors.values()
    ]
    return "\n".join([*lines, "", read(stats), *(errors or ["No errors."]), *missing(stats)])


def is_within_limits(stats: RequestStats, limits: Mapping[str, float]) -> bool:
    """Whether everything was tried, nothing failed, and every limit was kept."""
    late = [
        entry
        for entry in stats.entries.values()
        if _seconds(entry, 0.99) >= limits.get(entry.name, float("inf"))
    ]
    return not (late or stats.errors or missing(stats))


def read(stats: RequestStats) -> str:
    """A sentence of the rows that everybody has read, from the first to the last sample."""
    rows = sum(entry.total_content_length for entry in stats.entries.values() if entry.name in READ)
    return f"Rows read: {rows:,}, {rows / _lasted(stats.total):,.0f} a second."


def missing(stats: RequestStats) -> list[str]:
    """A sentence for each kind of sample that was never taken."""
    tried = {entry.name for entry in stats.entries.values() if entry.num_requests}
    return [f"No sample of '{name}' was taken." for name in NEEDED if name not in tried]


def _place(name: str) -> int:
    return NEEDED.index(name) if name in NEEDED else len(NEEDED)


def _line(entry: StatsEntry, limit: float | None) -> str:
    times = [f"{_seconds(entry, percent):.3g}" for percent in (0.5, 0.95, 0.99, 1.0)]
    rows = (
        f"{entry.total_content_length / _lasted(entry):,.0f}" if entry.total_content_length else ""
    )
    cells = [entry.name, f"{entry.num_requests:,}", str(entry.num_failures), *times, rows]
    cells.append("" if limit is None else f"{limit:g}")
    return f"| {' | '.join(cells)} |"


def _lasted(entry: StatsEntry) -> float:
    last = entry.last_request_timestamp or entry.start_time
    return max(last - entry.start_time, 1.0)


def _seconds(entry: StatsEntry, percent: float) -> float:
    return entry.get_response_time_percentile(percent) / 1000
