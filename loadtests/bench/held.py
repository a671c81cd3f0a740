"""The longest time for which the event loop of a server was held, while it did its main work."""

from collections.abc import Callable, Iterator

from loadtests.bench.client import Client
from loadtests.bench.costs import Cost
from loadtests.bench.downloads import FORMATS, finished_run
from loadtests.bench.followed import ENCODINGS
from loadtests.bench.ground import Ground
from loadtests.bench.queries import FLIGHTS
from loadtests.bench.rounds import Line
from loadtests.held import HeldServer, Hold, held_server

SECTION = "loop held"
ROUNDS = 3
TELL_MS = 10.0


def held(ground: Ground) -> Iterator[Line]:
    """Followed runs and downloads of the flights; `python -m loadtests.held` has many more."""
    with held_server(ground.settings) as server:
        client = Client(server.address)
        for what, act in actions(client):
            yield longest(server, what, act, rounds=min(ground.rounds, ROUNDS))


def longest(server: HeldServer, what: str, act: Callable[[], object], *, rounds: int) -> Line:
    """The longest hold of all rounds, and where the loop stood when it is worth knowing."""
    holds: list[Hold] = []
    for _ in range(rounds):
        server.seen()
        act()
        holds.append(server.longest_hold())
    hold = max(holds, key=lambda each: each.held)
    innermost = hold.where.partition(" < ")[0]
    where = f": {innermost}" if hold.held > TELL_MS else ""
    return Line(section=SECTION, what=f"{what}{where}", costs=[Cost(hold.held / 1000)])


def actions(client: Client) -> Iterator[tuple[str, Callable[[], object]]]:
    """What the server is asked to do."""
    for reader in ("copy", "cursor"):
        for encoding in ENCODINGS:
            path = f"/api/reports/stream/{FLIGHTS.name}.{reader}"
            yield (
                f"{reader} reader, {encoding}",
                lambda path=path, encoding=encoding: client.drain(path, encoding),
            )
    run = finished_run(client, FLIGHTS)
    for form in FORMATS:
        yield f"rows.{form}", lambda form=form: client.drain(f"/api/runs/{run}/rows.{form}")
