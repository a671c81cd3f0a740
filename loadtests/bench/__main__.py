"""`make bench`: what a run costs beside PostgreSQL itself and beside what others use.

Everybody is verified before he is timed: he has to deliver the rows that `psql` prints. Then each
runs right after his references, round after round. Ratios hold between machines; single figures
do not. The exit code is 1 where rows were wrong, and 0 however long anything took.
"""

import argparse
import sys
from collections.abc import Callable, Iterator

from loadtests.bench.followed import followed
from loadtests.bench.ground import Ground, ground
from loadtests.bench.queries import FLIGHTS
from loadtests.bench.rounds import Line
from loadtests.bench.table import HEAD, row
from loadtests.following import WrongRows

SECTIONS: dict[str, Callable[[Ground], Iterator[Line]]] = {
    "followed": followed,
}
ROUNDS = 5


def main() -> int:
    """Reads the command line, measures, prints."""
    asked = arguments()
    print(HEAD, flush=True)
    rounds = asked.rounds or (1 if asked.quick else ROUNDS)
    try:
        with ground([FLIGHTS], rounds=rounds, is_quick=asked.quick, is_full=asked.full) as given:
            for name in asked.only or SECTIONS:
                for line in SECTIONS[name](given):
                    print(row(line), flush=True)
    except WrongRows as error:
        print(f"Wrong rows: {error}", file=sys.stderr)
        return 1
    return 0


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of small results")
    parser.add_argument("--full", action="store_true", help="10,000,000 rows as well")
    parser.add_argument("--rounds", type=int, help=f"how many ({ROUNDS})")
    parser.add_argument("--only", action="append", choices=SECTIONS, help="this section")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
