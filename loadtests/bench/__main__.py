"""`make bench`: what a run costs beside PostgreSQL itself and beside what others use.

Everybody is verified before he is timed: he has to deliver the rows that `psql` prints. Then each
runs right after his references, round after round. Ratios hold between machines; single figures
do not. The exit code is 1 where rows were wrong, and 0 however long anything took.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from loadtests.bench.aggregate import aggregate
from loadtests.bench.crowded import crowded
from loadtests.bench.crowds import followers, runs_at_once
from loadtests.bench.downloads import downloads
from loadtests.bench.exports import exports
from loadtests.bench.followed import followed
from loadtests.bench.ground import Ground, ground
from loadtests.bench.held import held
from loadtests.bench.inprocess import in_process
from loadtests.bench.moments import moments
from loadtests.bench.peers import against_others
from loadtests.bench.queries import all_queries
from loadtests.bench.results import machine, parts, put
from loadtests.bench.rounds import Line
from loadtests.bench.shapes import shapes
from loadtests.bench.table import HEAD, row
from loadtests.bench.targets import judged
from loadtests.following import WrongRows

SECTIONS: dict[str, Callable[[Ground], Iterator[Line]]] = {
    "followed": followed,
    "inprocess": in_process,
    "peers": against_others,
    "downloads": downloads,
    "exports": exports,
    "crowded": crowded,
    "aggregate": aggregate,
    "shapes": shapes,
    "followers": followers,
    "runs": runs_at_once,
    "moments": moments,
    "held": held,
}
ROUNDS = 5


def main() -> int:
    """Reads the command line, measures, prints, and writes the file where one was named."""
    asked = arguments()
    if asked.output:
        parts(asked.output)  # says now, not after a quarter of an hour, that it has no marks
    rounds = asked.rounds or (1 if asked.quick else ROUNDS)
    given = ground(all_queries(), rounds=rounds, is_quick=asked.quick, is_full=asked.full)
    try:
        with given as place:
            printed = list(tables(place, asked.only or list(SECTIONS), flags(asked)))
    except WrongRows as error:
        print(f"Wrong rows: {error}", file=sys.stderr)
        return 1
    if asked.output:
        put(asked.output, printed)
    return 0


def tables(place: Ground, sections: Sequence[str], given: str) -> Iterator[str]:
    """Everything that is printed, as it is measured."""
    lines: list[Line] = []
    started = time.monotonic()

    def told(*texts: str) -> Iterator[str]:
        for text in texts:
            print(text, flush=True)
            yield text

    version = place.alone.run(place.alone.connection.fetchval("show server_version"))
    yield from told(*machine(version, given), "", HEAD)
    for section in sections:
        for line in SECTIONS[section](place):
            lines.append(line)
            yield from told(row(line))
    minutes = (time.monotonic() - started) / 60
    yield from told("", *judged(lines, place.memory), "", f"It took {minutes:.1f} minutes.")


def flags(asked: argparse.Namespace) -> str:
    """The flags that decide what is measured."""
    given = [f"--{name}" for name in ("quick", "full") if getattr(asked, name)]
    only: list[str] = asked.only or []
    given += [f"--rounds {asked.rounds}"] if asked.rounds else []
    return " ".join([*given, *(f"--only {name}" for name in only)])


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of small results")
    parser.add_argument("--full", action="store_true", help="10,000,000 rows as well")
    parser.add_argument("--rounds", type=int, help=f"how many ({ROUNDS})")
    parser.add_argument("--only", action="append", choices=SECTIONS, help="this section")
    parser.add_argument("--output", type=Path, help="the file whose tables are replaced")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
