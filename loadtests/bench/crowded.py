"""Whether the server still answers while its worker has its hands full.

Five exports of a large result at once, somebody who downloads a finished file slowly, and beside
them others who ask for `/health` and the catalog page twenty times a second. A wait begins when its
turn has come: who waits in line behind a slow answer has waited, too.
"""

import math
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from threading import Event

import orjson

from loadtests.bench.client import Client
from loadtests.bench.costs import Cost
from loadtests.bench.exports import Told, ended, worker_of
from loadtests.bench.ground import Ground
from loadtests.bench.queries import LONG
from loadtests.bench.rounds import Line
from loadtests.following import WrongRows
from loadtests.serving import server

SECTION = "crowded"
FORMS = ("csv", "ndjson", "csv", "ndjson", "csv")
ROWS, QUICK_ROWS = 1_000_000, 100_000
PATHS = ("/health", "/")
PACE_SECONDS = 0.05
SLOW_BYTES = 10**6  # a second
PIECE_BYTES = SLOW_BYTES // 20


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody at one server; `rows` is what each export has."""

    client: Client
    rows: int
    over: Event = field(default_factory=Event)

    def exported(self, forms: Sequence[str]) -> list[Told]:
        """Exports in these formats, started at once, when all have ended with all their rows."""
        started = [self._started(form) for form in forms]
        told = [ended(self.client, each) for each in started]
        for each in told:
            if each["progress"]["processedRows"] != self.rows:
                raise WrongRows(f"{each['progress']} instead of {self.rows:,} rows.")
        return told

    def waits(self, path: str) -> list[float]:
        """How long each answer took, until it is over."""
        turn, seconds = time.perf_counter(), list[float]()
        while not self.over.wait(max(0.0, turn - time.perf_counter())):
            with self.client.ask("GET", path) as answer:
                answer.read()
            seconds.append(time.perf_counter() - turn)
            turn += PACE_SECONDS
        return seconds

    def trickle(self, path: str) -> float:
        """Bytes a second of who reads slowly, and again from the start, until it is over."""
        started, taken = time.perf_counter(), 0
        while not self.over.is_set():
            with self.client.ask("GET", path) as answer:
                while not self.over.is_set() and (piece := answer.read(PIECE_BYTES)):
                    taken += len(piece)
                    due = started + taken / SLOW_BYTES
                    self.over.wait(max(0.0, due - time.perf_counter()))
        return taken / (time.perf_counter() - started)

    def _started(self, form: str) -> Told:
        path = f"/exports/{form}?report={LONG.name}.auto&limit={self.rows}"
        with closing(self.client.ask("POST", path)) as answer:
            return orjson.loads(answer.read())


def crowded(ground: Ground) -> Iterator[Line]:
    """One worker that does five at once."""
    settings = {"ROWSTREAM_EXPORT_WORKER": "yes", "ROWSTREAM_EXPORT_SLOTS": str(len(FORMS))}
    with (
        server(ground.settings | settings) as (address, process),
        ThreadPoolExecutor(len(PATHS) + 1) as threads,
    ):
        ground.servers.add(process.pid)
        crowd = Crowd(Client(address), QUICK_ROWS if ground.is_quick else ROWS)
        [whole] = crowd.exported(["csv"])
        asking = {path: threads.submit(crowd.waits, path) for path in PATHS}
        trickling = threads.submit(crowd.trickle, whole["links"]["download"])
        try:
            cost = ground.watch.cost(partial(crowd.exported, FORMS), worker_of(process))
        finally:
            crowd.over.set()
        yield from lines(cost, crowd.rows, asking, trickling)


def lines(
    cost: Cost, rows: int, asking: dict[str, Future[list[float]]], trickling: Future[float]
) -> Iterator[Line]:
    """What the exports took, how slow the download was, and how long the others waited."""
    speed = trickling.result() / 10**6
    what = f"{len(FORMS)} exports at once, beside a download at {speed:.2f} MB/s"
    yield Line(section=SECTION, what=what, rows=rows * len(FORMS), costs=[cost])
    for path, waiting in asking.items():
        waits = sorted(waiting.result())
        for name, share in (("p50", 0.5), ("p99", 0.99), ("longest", 1.0)):
            wait = waits[math.ceil(share * len(waits)) - 1]
            what = f"{name} of {len(waits)} GET {path}"
            yield Line(section=SECTION, what=what, costs=[Cost(wait)])
