"""The table of a load test and the limits that decide whether it passed."""

from locust.stats import RequestStats, StatsEntry

# Seconds at the 99th percentile; the names are those of the samples.
LIMITS = {"first rows": 2.0, "whole run": 15.0, "resumed run": 15.0, "page": 2.0}
# Without these nothing was tried, however quiet it was.
NEEDED = ("page", "first rows", "whole run", "cancel", "resumed run", "chunk")
HEAD = "| what | times | failed | p50 s | p95 s | p99 s | longest s | rows/s | limit (p99) |"


def table(stats: RequestStats) -> str:
    """Markdown: a line for each kind of sample, then the errors."""
    entries = sorted(stats.entries.values(), key=lambda entry: _place(entry.name))
    lines = [HEAD, "|---" + "|--:" * (HEAD.count("|") - 2) + "|", *map(_line, entries)]
    errors = [
        f"{error.occurrences} times {error.name}: {error.error}" for error in stats.errors.values()
    ]
    return "\n".join([*lines, "", *(errors or ["No errors."]), *missing(stats)])


def is_within_limits(stats: RequestStats) -> bool:
    """Whether everything was tried, nothing failed, and every limit was kept."""
    late = [
        entry
        for entry in stats.entries.values()
        if _seconds(entry, 0.99) >= LIMITS.get(entry.name, float("inf"))
    ]
    return not (late or stats.errors or missing(stats))


def missing(stats: RequestStats) -> list[str]:
    """A sentence for each kind of sample that was never taken."""
    tried = {entry.name for entry in stats.entries.values() if entry.num_requests}
    return [f"No sample of '{name}' was taken." for name in NEEDED if name not in tried]


def _place(name: str) -> int:
    return NEEDED.index(name) if name in NEEDED else len(NEEDED)


def _line(entry: StatsEntry) -> str:
    limit = f"{LIMITS[entry.name]:g}" if entry.name in LIMITS else ""
    times = [f"{_seconds(entry, percent):.3g}" for percent in (0.5, 0.95, 0.99, 1.0)]
    rows = (
        f"{entry.total_content_length / _lasted(entry):,.0f}" if entry.total_content_length else ""
    )
    cells = [entry.name, f"{entry.num_requests:,}", str(entry.num_failures), *times, rows, limit]
    return f"| {' | '.join(cells)} |"


def _lasted(entry: StatsEntry) -> float:
    last = entry.last_request_timestamp or entry.start_time
    return max(last - entry.start_time, 1.0)


def _seconds(entry: StatsEntry, percent: float) -> float:
    return entry.get_response_time_percentile(percent) / 1000
