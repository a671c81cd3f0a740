"""Contestants in turns: each right after its references, round after round.

A ratio is taken within a round, between neighbours, so that what else the machine does meets both.
"""

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import psutil

from loadtests.bench.costs import Cost, Watch
from loadtests.bench.rows import Digest, Digesting, Row, digest
from loadtests.following import WrongRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What others are held against; `act` answers how many rows there were."""

    name: str
    act: Callable[[], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """Somebody who delivers rows: `act` is timed, `deliver` is what it delivers, to be verified.

    `nulls`: it tells a null from an empty text. `server` is whose CPU and memory count.
    """

    name: str
    act: Callable[[], object]
    deliver: Callable[[], Iterable[Row]]
    references: Sequence[Reference]
    server: psutil.Process | None = None
    nulls: bool = True


@dataclass(frozen=True, slots=True)
class Truth:
    """What `psql` prints of the query."""

    exact: Digest
    without_nulls: Digest

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Truth":
        """The digests of rows that are read once."""
        exact, blurred = Digesting(), Digesting(nulls=False)
        for row in rows:
            exact.add(row)
            blurred.add(row)
        return cls(exact.digest(), blurred.digest())

    def verify(self, contestant: Contestant) -> None:
        """Raises WrongRows where the contestant delivers anything else."""
        expected = self.exact if contestant.nulls else self.without_nulls
        found = digest(contestant.deliver(), nulls=contestant.nulls)
        if found != expected:
            raise WrongRows(f"{contestant.name}: {found} instead of {expected}.")


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of the table; `ratios` are how many times as fast as the reference it was."""

    section: str
    what: str
    rows: int | None = None
    reference: str = ""
    costs: list[Cost] = field(default_factory=list[Cost])
    ratios: list[float] = field(default_factory=list[float])

    @property
    def seconds(self) -> float:
        """The median time."""
        return statistics.median(cost.seconds for cost in self.costs)

    @property
    def ratio(self) -> float:
        """The median ratio."""
        return statistics.median(self.ratios)


def measured(
    section: str, contestants: Sequence[Contestant], truth: Truth, *, rounds: int, watch: Watch
) -> list[Line]:
    """Verifies everybody, which warms up as well, then lets them run."""
    for contestant in contestants:
        truth.verify(contestant)
    lines: dict[tuple[str, str], Line] = {}
    count = truth.exact.rows

    def line(what: str, reference: str = "") -> Line:
        new = Line(section=section, what=what, rows=count, reference=reference)
        return lines.setdefault((what, reference), new)

    for _ in range(rounds):
        for contestant in contestants:
            costs = {each.name: _reference(each, count, watch) for each in contestant.references}
            for name, cost in costs.items():
                line(name).costs.append(cost)
            own = watch.cost(contestant.act, contestant.server)
            for name in costs or [""]:
                line(contestant.name, name).costs.append(own)
            for name, cost in costs.items():
                line(contestant.name, name).ratios.append(cost.seconds / own.seconds)
    return list(_references_first(lines.values()))


def _reference(reference: Reference, count: int, watch: Watch) -> Cost:
    def act() -> None:
        if (found := reference.act()) != count:
            raise WrongRows(f"{reference.name}: {found:,} rows instead of {count:,}.")

    return watch.cost(act)


def _references_first(lines: Iterable[Line]) -> Iterator[Line]:
    yield from sorted(lines, key=lambda line: bool(line.reference))
