"""Contestants in turns: each right after its references, round after round.

A ratio is taken within a round, between neighbours, so that what else the machine does meets both.
"""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import psutil

from loadtests.bench.costs import Cost, Watch
from loadtests.bench.rows import Digest, Row, View, digest, exact
from loadtests.following import WrongRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """Somebody who delivers rows: `act` is timed, `deliver` is what it delivers, to be verified.

    Without `deliver` it is `act` that raises WrongRows. `server` is whose CPU and memory count,
    this process without one. `view` is what its way of printing lets one compare.
    """

    name: str
    act: Callable[[], object]
    deliver: Callable[[], Iterable[Row]] | None = None
    references: Sequence["Contestant"] = ()
    server: psutil.Process | None = None
    view: View = exact


@dataclass(frozen=True, slots=True)
class Truth:
    """What `psql` prints of the query, read once for each view of it."""

    printed: Callable[[], Iterable[Row]]
    digests: dict[View, Digest] = field(default_factory=dict[View, Digest])

    @property
    def rows(self) -> int:
        """How many there are."""
        return self.seen(exact).rows

    def seen(self, view: View) -> Digest:
        """The digest of the rows in that view."""
        if view not in self.digests:
            self.digests[view] = digest(map(view, self.printed()))
        return self.digests[view]

    def verify(self, contestant: Contestant) -> None:
        """Raises WrongRows where the contestant delivers anything else."""
        if contestant.deliver is None:
            contestant.act()
            return
        found = digest(map(contestant.view, contestant.deliver()))
        if found != self.seen(contestant.view):
            expected = self.seen(contestant.view)
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


class Rounds:
    """Lets contestants run and keeps a line for each, and for each of its references."""

    def __init__(
        self, section: str, truth: Truth, watch: Watch, *, rows: int | None = None
    ) -> None:
        self._section = section
        self._truth = truth
        self._watch = watch
        self._rows = rows or truth.rows
        self._lines: dict[tuple[str, str], Line] = {}

    def measured(self, contestants: Sequence[Contestant], *, rounds: int) -> list[Line]:
        """Verifies everybody, which warms up as well, then lets them run; references first."""
        everybody = {id(each): each for one in contestants for each in (*one.references, one)}
        for each in everybody.values():
            self._truth.verify(each)
        for _ in range(rounds):
            for contestant in contestants:
                self._turn(contestant)
        return sorted(self._lines.values(), key=lambda line: bool(line.reference))

    def _turn(self, contestant: Contestant) -> None:
        costs = [(each.name, self._cost(each)) for each in contestant.references]
        own = self._cost(contestant)
        for name, cost in costs:
            self._line(name).costs.append(cost)
            self._line(contestant.name, name).ratios.append(cost.seconds / own.seconds)
        for name, _ in costs or [("", own)]:
            self._line(contestant.name, name).costs.append(own)

    def _cost(self, contestant: Contestant) -> Cost:
        return self._watch.cost(contestant.act, contestant.server)

    def _line(self, what: str, reference: str = "") -> Line:
        new = Line(section=self._section, what=what, rows=self._rows, reference=reference)
        return self._lines.setdefault((what, reference), new)
