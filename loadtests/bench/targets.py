"""What the benchmark must show, and whether it did."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loadtests.bench.rounds import Line

MIB = 2**20
HEAD = "| what it must show | at least | measured | reached |\n|---|--:|--:|---|"
FETCH, COPY = "cursor.fetch(1000)", "COPY"


@dataclass(frozen=True, slots=True)
class Times:
    """At least so many times as fast as its reference."""

    what: str
    goal: float
    section: str
    contestant: str
    reference: str

    def cells(self, lines: Sequence[Line]) -> list[str]:
        """Its line of the table; empty where it was not measured."""
        place = (self.section, self.contestant, self.reference)
        found = [one for one in lines if (one.section, one.what, one.reference) == place]
        ratio = found[0].ratio if found else None
        measured = "not measured" if ratio is None else f"{ratio:.2f} x"
        return [self.what, f"{self.goal:g} x", measured, answer(ratio, lambda it: it >= self.goal)]


@dataclass(frozen=True, slots=True)
class Within:
    """Less than so many milliseconds, the longest of its lines."""

    what: str
    goal: float
    section: str
    start: str = ""

    def cells(self, lines: Sequence[Line]) -> list[str]:
        """Its line of the table."""
        found = [
            one.seconds * 1000
            for one in lines
            if one.section == self.section and one.what.startswith(self.start)
        ]
        longest = max(found, default=None)
        measured = "not measured" if longest is None else f"{longest:.3g} ms"
        reached = answer(longest, lambda it: it < self.goal)
        return [self.what, f"< {self.goal:g} ms", measured, reached]


TARGETS = (
    Times(
        "followed run, copy reader, zstd, against cursor.fetch(1000)",
        *(1.5, "followed run", "copy reader, zstd", FETCH),
    ),
    Times(
        "followed run, cursor reader, zstd, against the same",
        *(0.65, "followed run", "cursor reader, zstd", FETCH),
    ),
    Times(
        "followed run, cursor reader, identity, against the same",
        *(0.65, "followed run", "cursor reader, identity", FETCH),
    ),
    Times(
        "copy reader in process, to JSON, against COPY",
        *(0.85, "reader in process", "copy reader, to JSON", COPY),
    ),
    Times(
        "cursor reader in process, to JSON, against cursor.fetch(1000)",
        *(0.85, "reader in process", "cursor reader, to JSON", FETCH),
    ),
    Times(
        "followed run, copy reader, identity, against COPY",
        *(0.5, "followed run", "copy reader, identity", COPY),
    ),
    Times(
        "against Node SSE on the same rows",
        *(4, "against others", "auto reader, identity", "Node SSE"),
    ),
    Times(
        "against FastAPI SSE on the same rows",
        *(7, "against others", "auto reader, identity", "FastAPI SSE"),
    ),
    Times("parallel aggregate, auto, against psql", 0.9, "aggregate", "auto reader, zstd", "psql"),
    Times(
        r"export as csv, from the request to the whole file, against psql \copy",
        *(0.9, "export", "csv", r"psql \copy … csv"),
    ),
    Within("first rows, idle server, p50", 50, "moments", "first rows"),
    Within("cancel to an idle backend", 100, "moments", "cancel"),
    Within("longest time the event loop was held", 10, "loop held"),
    Within("longest answer beside five exports at once", 250, "crowded", "longest"),
)
MEMORY_GOAL = 150 * 10**6


def answer(value: float | None, is_good: Callable[[float], bool]) -> str:
    """Whether it was reached; empty where it was not measured."""
    return "" if value is None else "yes" if is_good(value) else "no"


def judged(lines: Sequence[Line], memory: int) -> list[str]:
    """The table of targets; `memory` is the most that a server has had."""
    rows = [target.cells(lines) for target in TARGETS]
    reached = answer(memory, lambda it: it < MEMORY_GOAL)
    rows.append(["memory of a server, highest", "< 150 MB", f"{memory / 10**6:.0f} MB", reached])
    return [HEAD, *(f"| {' | '.join(row)} |" for row in rows)]
