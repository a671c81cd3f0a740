r"""Background exports, from the request to the whole file, against `psql \copy` and Node.

Who does the work is the worker: its CPU and memory count. Rows of text formats are verified like
downloads; of workbooks and Parquet here only how many there are, as tests read those back.
"""

import json
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import psutil

from loadtests.bench.client import Client
from loadtests.bench.downloads import copied, lines
from loadtests.bench.ground import Ground
from loadtests.bench.peers import contestant as peer_contestant
from loadtests.bench.queries import EXPORTED, FLIGHTS, USERS_10M, Query, exported_setup
from loadtests.bench.rounds import Contestant, Line
from loadtests.bench.rows import Row, exact, without_nulls
from loadtests.following import WrongRows
from loadtests.peers.contestants import PEERS
from loadtests.peers.rows import rows_of
from loadtests.peers.serving import serving
from loadtests.serving import server

SECTION = "export"
TEXTS = ("csv", "ndjson", "json")
TYPED = ("parquet", "xlsx")
NODE = "Node CSV"
ROUNDS = 3
LOOK_SECONDS = 0.01
WAIT_SECONDS = 600.0
WORKER = "app.worker"
PRINTED = "printed"  # psql writes a file, as an export does

Told = dict[str, Any]


def exports(ground: Ground) -> Iterator[Line]:
    """The flights where it is to be quick, else a million rows, and ten of users in full."""
    if ground.is_quick:
        yield from of_all_formats(ground, FLIGHTS)
        return
    ground.make(exported_setup())
    yield from of_all_formats(ground, EXPORTED)
    if ground.is_full:
        yield from of_large(ground, USERS_10M)


def of_all_formats(ground: Ground, query: Query) -> Iterator[Line]:
    """Every format against psql, and CSV against Node as well."""
    node = next(peer for peer in PEERS if peer.name == NODE)
    with (
        worker_and_client(ground) as (worker, client),
        tempfile.TemporaryDirectory(prefix="rowstream-peers-") as folder,
        serving(node, database_url=ground.url, query=query.sql, folder=Path(folder)) as (at, other),
    ):
        psql = copied(ground.url, query, ground.folder / PRINTED)
        csv = [psql, peer_contestant(node, Client(at), other)]
        contestants = [
            export(client, query, form, worker, references=csv if form == "csv" else [psql])
            for form in TEXTS
        ]
        yield from ground.rounds_of(SECTION, query, contestants, most=ROUNDS)
        # The worker loads Arrow for these, and keeps it: so they come last.
        rows = ground.truth(query).rows
        typed = [counted(client, query, form, worker, (psql, rows)) for form in TYPED]
        yield from ground.rounds_of(SECTION, query, typed, most=ROUNDS)


def of_large(ground: Ground, query: Query) -> Iterator[Line]:
    """CSV and Parquet, each by a worker of its own: rows are counted, its memory is the point."""
    psql = copied(ground.url, query, ground.folder / PRINTED)
    rows = ground.alone.copy(query.sql)
    for form in ("csv", "parquet"):
        with worker_and_client(ground) as (worker, client):
            one = counted(client, query, form, worker, (psql, rows))
            yield from ground.rounds_of(f"{SECTION} {rows:,}", query, [one], most=ROUNDS)


@contextmanager
def worker_and_client(ground: Ground) -> Generator[tuple[psutil.Process, Client]]:
    """A server with a worker of its own, and somebody who asks it."""
    settings = {"ROWSTREAM_EXPORT_WORKER": "yes"}
    with server(ground.settings | settings) as (address, process):
        ground.servers.add(process.pid)
        yield worker_of(process), Client(address)


def worker_of(process: psutil.Process) -> psutil.Process:
    """The server's child that does exports."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        for child in process.children():
            if WORKER in child.cmdline():
                return child
        time.sleep(LOOK_SECONDS)
    raise WrongRows("The server has no worker.")


def export(
    client: Client,
    query: Query,
    form: str,
    worker: psutil.Process,
    *,
    references: list[Contestant],
) -> Contestant:
    """A text format; the file is deleted when it has been looked at."""
    return Contestant(
        name=form,
        act=lambda: delete(client, finished(client, query, form)),
        deliver=lambda: delivered(client, query, form),
        references=references,
        server=worker,
        view=without_nulls if form == "csv" else exact,
    )


def counted(
    client: Client, query: Query, form: str, worker: psutil.Process, truth: tuple[Contestant, int]
) -> Contestant:
    """A typed format; `truth` is psql and how many rows it prints."""
    psql, rows = truth

    def act() -> None:
        told = finished(client, query, form)
        delete(client, told)
        if told["progress"]["processedRows"] != rows:
            raise WrongRows(f"{form}: {told['progress']} instead of {rows:,} rows.")

    return Contestant(name=form, act=act, references=[psql], server=worker)


def delivered(client: Client, query: Query, form: str) -> Iterator[Row]:
    """The rows of a new export's file."""
    told = finished(client, query, form)
    yield from parsers()[form](client.pieces(told["links"]["download"]))
    delete(client, told)


def parsers() -> dict[str, Callable[[Iterable[bytes]], Iterator[Row]]]:
    """How the rows of each text format are read."""
    return {"csv": partial(rows_of, "csv"), "ndjson": objects, "json": objects}


def objects(pieces: Iterable[bytes]) -> Iterator[Row]:
    """The rows of objects, one on each line; what stands around them in JSON is passed over."""
    for line in lines(pieces):
        if line.startswith(b'{"exportInfo"') or line == b"]}":
            continue
        row = json.loads(line.removesuffix(b","), parse_int=str, parse_float=str)
        yield list(row.values())


def finished(client: Client, query: Query, form: str) -> Told:
    """The status of a new export that has completed."""
    with client.ask("POST", f"/exports/{form}?report={query.name}.auto") as answer:
        return ended(client, orjson.loads(answer.read()))


def ended(client: Client, told: Told) -> Told:
    """The status of this export when it has completed."""
    began = time.monotonic()
    while told["status"] in ("pending", "processing"):
        if (passed := time.monotonic() - began) > WAIT_SECONDS:
            raise WrongRows(f"{told['format']} did not end.")
        time.sleep(pause(passed, told.get("progress", {}).get("percentage")))
        with client.ask("GET", told["links"]["status"]) as answer:
            told = orjson.loads(answer.read())
    if told["status"] != "completed":
        raise WrongRows(f"{told['format']} ended as {told['status']}.")
    return told


def pause(passed: float, percentage: float | None) -> float:
    """Seconds until one looks again: more often towards the end. Who looks a hundred times a second
    all the while takes a fifth of a core from what is measured.
    """
    left = passed * (100 / percentage - 1) if percentage else passed
    return max(LOOK_SECONDS, left / 10)


def delete(client: Client, told: Told) -> None:
    """Its file is gone afterwards."""
    with closing(client.ask("DELETE", f"/exports/{told['exportId']}")):
        pass
