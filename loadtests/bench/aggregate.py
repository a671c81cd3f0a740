"""An aggregate that PostgreSQL does with parallel workers, against `psql` with the same query."""

from collections.abc import Iterator

from loadtests.bench.alone import printed, psql, run_psql
from loadtests.bench.followed import follower
from loadtests.bench.ground import Ground
from loadtests.bench.queries import AGGREGATE, measured_setup
from loadtests.bench.rounds import Contestant, Line

SECTION = "aggregate"


def aggregate(ground: Ground) -> Iterator[Line]:
    """The reader that `auto` chooses, and for comparison the cursor."""
    ground.make(measured_setup(is_quick=ground.is_quick))
    command = psql(ground.url, f"--command={AGGREGATE.sql}")
    reference = Contestant(
        name="psql",
        act=lambda: run_psql(command),
        deliver=lambda: printed(ground.url, AGGREGATE.sql),
    )
    contestants = [
        follower(ground, AGGREGATE, reader=reader, encoding="zstd", references=[reference])
        for reader in ("auto", "cursor")
    ]
    yield from ground.rounds_of(SECTION, AGGREGATE, contestants)
