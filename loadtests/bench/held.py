"""The longest time for which the event loop of a server was held, while it did its main work."""

from collections.abc import Callable, Iterator

from loadtests.bench.client import Client
from loadtests.bench.costs import Cost
from loadtests.bench.downloads import FORMATS, finished_run
from loadtests.bench.followed import ENCODINGS
from loadtests.bench.ground import Ground
from loadtests.bench.queries import FLIGHTS
from loadtests.bench.rounds import Line
from loadtests.held import held_server

SECTION = "loop held"


def held(ground: Ground) -> Iterator[Line]:
    """Followed runs and downloads of the flights; `python -m loadtests.held` has many more."""
    with held_server(ground.settings) as server:
        client = Client(server.address)
        for what, act in actions(client):
            costs: list[Cost] = []
            for _ in range(ground.rounds):
                server.seen()
                act()
                costs.append(Cost(server.longest_hold().held / 1000))
            yield Line(
                section=SECTION, what=what, costs=[max(costs, key=lambda cost: cost.seconds)]
            )


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
