"""What does not grow with the rows: time to the first ones, from cancel to an idle backend."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import orjson

from loadtests.bench.client import BUFFER_BYTES, Client
from loadtests.bench.costs import Cost
from loadtests.bench.ground import Ground
from loadtests.bench.queries import FLIGHTS, LONG
from loadtests.bench.rounds import Line
from loadtests.following import WrongRows

STARTS = 50
QUICK_STARTS = 5
FIRST_ROWS = b"event: chunk"
PAUSE = "select pg_sleep(0.001)"
BUSY = """
select count(*) from pg_stat_activity
where application_name like 'rowstream%' and state <> 'idle' and query like '%demo.flights%'
"""


def moments(ground: Ground) -> Iterator[Line]:
    """First rows of a small and of a large result, and the cancel of each reader."""
    starts = QUICK_STARTS if ground.is_quick else STARTS
    for what, path in (
        ("first rows of 1,000", f"{FLIGHTS.name}.auto?limit=1000"),
        ("first rows of all flights", f"{FLIGHTS.name}.auto"),
    ):
        costs = [first_rows(ground, f"/api/reports/stream/{path}") for _ in range(starts)]
        yield Line(section="moments", what=f"{what}, p50 of {starts}", costs=costs)
    for reader in ("cursor", "copy"):
        costs = [cancelled(ground, f"{LONG.name}.{reader}") for _ in range(ground.rounds)]
        yield Line(section="moments", what=f"cancel to an idle backend, {reader}", costs=costs)


def first_rows(ground: Ground, path: str) -> Cost:
    """A run up to its first chunk, which is then cancelled."""
    body = b""

    def act() -> None:
        nonlocal body
        body = until_first_rows(ground.client, path)

    cost = ground.watch.cost(act, ground.process)
    ground.client.ask("DELETE", f"/api/runs/{run_in(body)}").close()
    wait_idle(ground)
    return cost


def cancelled(ground: Ground, report: str) -> Cost:
    """From asking for the cancel until PostgreSQL does nothing for the run any more."""
    run = run_in(until_first_rows(ground.client, f"/api/reports/stream/{report}"))
    with ThreadPoolExecutor(1) as executor:
        started = time.perf_counter()
        asked = executor.submit(ground.client.ask, "DELETE", f"/api/runs/{run}")
        wait_idle(ground)
        seconds = time.perf_counter() - started
        asked.result().close()
    return Cost(seconds)


def until_first_rows(client: Client, path: str) -> bytes:
    """The body up to the piece with the first chunk."""
    body = b""
    with client.ask("GET", path) as answer:
        while FIRST_ROWS not in body:
            piece = answer.read1(BUFFER_BYTES)
            if not piece:
                raise WrongRows(f"{path} ended without rows.")
            body += piece
    return body


def run_in(body: bytes) -> str:
    """The run's id, out of its first event."""
    return str(orjson.loads(body.split(b"data: ", 1)[1].split(b"\n", 1)[0])["run"])


def wait_idle(ground: Ground) -> None:
    """Returns when no backend of the server works for a run."""

    async def wait() -> None:
        while await ground.alone.connection.fetchval(BUSY):
            await ground.alone.connection.execute(PAUSE)

    ground.alone.run(wait())
