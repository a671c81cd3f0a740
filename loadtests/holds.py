"""The scenarios in which the event loop must not be held, and the table of what each showed.

Every shape of rows is followed through both readers, then replayed, downloaded and asked for chunk
by chunk. `--only words` keeps the scenarios whose name has one of the words, `--reader copy` one
reader, `--verbose` adds the longest gaps one by one.
"""

import argparse
import asyncio
import http.client
import json
import tempfile
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path

import asyncpg

from app.demo.loader import load_demo
from loadtests.held import Hold, Seen, held_server
from tests.postgres import cluster, embedded_binaries

PIECE_BYTES = 256 * 1024
MOST_MS = 10.0
FOLLOWERS = 20
LISTED = 200
STARTS = 30
CODINGS = ("zstd", "gzip", "identity")
FORMATS = ("csv", "json", "ndjson")

TABLES = {
    "columns200": "select {} from generate_series(1, 20000) as i",
    "columns1600": "select {} from generate_series(1, 2000) as i",
    "texts": "select i, repeat(md5(i::text), 320) as text from generate_series(1, 20000) as i",
    "megabytes": "select i, string_agg(md5((i * 40000 + j)::text), '') as text"
    " from generate_series(1, 100) as i, generate_series(1, 31250) as j group by i",
    "million": "select i from generate_series(1, 1000000) as i",
}
QUERIES = {
    "flights": "select * from demo.flights order by id",
    **{name: f"table held.{name}" for name in TABLES},
    "turning": "select i, case when i > 20000 then m.text else 'narrow' end as text"
    " from (select generate_series(1, 20200) as i) as n"
    " left join lateral (select text from held.megabytes where i > 20000 limit 1) as m on true",
    "control": "select i, repeat(chr(1), 4000000) as text from generate_series(1, 10) as i",
    "one": "select 1 as one",
}
DOWNLOADED = ("flights", "columns200", "columns1600", "texts", "megabytes", "control")


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who throws away what comes; `runs` are the finished runs by their report."""

    address: str
    runs: dict[str, str] = field(default_factory=dict[str, str])

    def read(self, path: str, *, coding: str = "identity", method: str = "GET") -> bytes:
        """Take a whole answer; its first piece comes back."""
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"))
        connection.request(method, path, headers={"Accept-Encoding": coding})
        first, piece = b"", bytearray(PIECE_BYTES)
        with connection.getresponse() as answer:
            while length := answer.readinto(piece):
                first = first or bytes(piece[:length])
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise RuntimeError(first.decode())
        return first

    def start(self, report: str) -> str:
        """A new run's id."""
        run = str(json.loads(self.read(f"/api/reports/{report}/runs", method="POST"))["run"])
        self.runs[report] = run
        return run

    def together(self, paths: list[str], coding: str) -> None:
        """All of them at once."""
        with ThreadPoolExecutor(len(paths)) as pool:
            list(pool.map(partial(self.read, coding=coding), paths))


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that people do."""

    name: str
    do: Callable[[Client], None]


def followed() -> Generator[Scenario]:
    """Runs from their start, with one follower and with many."""
    for report, coding in product(QUERIES, CODINGS):
        yield Scenario(f"run of {report}, {coding}", partial(follow_one, report, coding))
    for coding in CODINGS:
        yield Scenario(f"run of flights, {FOLLOWERS} followers, {coding}", partial(follow, coding))


def finished() -> Generator[Scenario]:
    """What is done with finished runs."""
    for coding in CODINGS:
        yield Scenario(f"replay of flights to {FOLLOWERS}, {coding}", partial(replay, coding))
    for report in DOWNLOADED:
        for form in FORMATS:
            yield Scenario(f"download of {report}, {form}", partial(download, report, form))
        yield Scenario(f"chunks of {report}", partial(all_chunks, report))
    yield Scenario(f"{STARTS} starts", partial(start_many, STARTS))
    yield Scenario(f"list of {LISTED} runs", list_runs)


def follow_one(report: str, coding: str, client: Client) -> None:
    """A run with one follower."""
    client.read(f"/api/runs/{client.start(report)}/stream", coding=coding)


def follow(coding: str, client: Client) -> None:
    """A run with many followers from its start."""
    client.together([f"/api/runs/{client.start('flights')}/stream"] * FOLLOWERS, coding)


def replay(coding: str, client: Client) -> None:
    """A finished run to many at once."""
    client.together([f"/api/runs/{client.runs['flights']}/stream"] * FOLLOWERS, coding)


def download(report: str, form: str, client: Client) -> None:
    """A file of all rows."""
    client.read(f"/api/runs/{client.runs[report]}/rows.{form}")


def all_chunks(report: str, client: Client) -> None:
    """Up to a hundred chunks, one after the other."""
    path = f"/api/runs/{client.runs[report]}"
    for number in range(1, min(100, int(json.loads(client.read(path))["chunks"])) + 1):
        client.read(f"{path}/chunks/{number}")


def start_many(count: int, client: Client) -> None:
    """Small runs, one after the other."""
    for _ in range(count):
        follow_one("one", "identity", client)


def list_runs(client: Client) -> None:
    """The runs of one owner, as many as a list has."""
    for _ in range(20):
        client.read("/api/runs")


async def prepare(url: str) -> None:
    """The tables of the shapes, and the demo's."""
    await load_demo(url)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("create schema held")
        for name, query in TABLES.items():
            columns = int(name.removeprefix("columns")) if name.startswith("columns") else 0
            listed = ", ".join(f"i + {n} as c{n}" for n in range(columns))
            await connection.execute(f"create table held.{name} as {query.format(listed)}")
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


def write_reports(folder: Path) -> None:
    """A report for each query, without a count beside it, so that only the reading is seen."""
    for name, query in QUERIES.items():
        (folder / f"{name}.sql").write_text(f'-- total = "estimate"\n{query}\n')


@contextmanager
def prepared() -> Generator[dict[str, str]]:
    """The settings of a server over a database of every shape."""
    with cluster(embedded_binaries()) as database, tempfile.TemporaryDirectory() as folder:
        asyncio.run(prepare(database.url()))
        write_reports(Path(folder))
        yield {
            "ROWSTREAM_DATABASE_URL": database.url(),
            "ROWSTREAM_REPORTS": folder,
            "ROWSTREAM_RUNS_PER_OWNER": "1000",
        }


def show(reader: str, name: str, seen: Seen, *, verbose: bool) -> None:
    """One line of the table, and below it the longest gaps where they are wanted."""
    collections = ", ".join(
        f"{generation}: {each['times']:.0f} times, longest {each['longest']:.1f}"
        for generation, each in seen.gc.items()
    )
    print(f"| {reader} | {name} | {cells(seen.longest)} | {collections} |", flush=True)
    for gap in seen.gaps if verbose else []:
        if gap.held > MOST_MS / 2:
            print(f"    {cells(gap)} | {gap.others}", flush=True)


def cells(hold: Hold) -> str:
    """A gap as cells: the milliseconds by each clock, and the place."""
    figures = (hold.held, hold.wall, hold.loop, hold.process, hold.queued)
    return " | ".join([*(f"{figure:.1f}" for figure in figures), hold.where])


def run_scenarios(arguments: list[str]) -> None:
    """All of them, on a server for each reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--reader", choices=["cursor", "copy"])
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args(arguments)
    print("| reader | what | held ms | wall | loop CPU | process CPU | queued | where | gc (ms) |")
    print("|---|---|--:|--:|--:|--:|--:|---|---|")
    with prepared() as settings:
        for reader in [asked.reader] if asked.reader else ["cursor", "copy"]:
            with held_server({**settings, "ROWSTREAM_READER": reader}) as server:
                client = Client(server.address)
                for scenario in [*followed(), *finished()]:
                    if not asked.only or any(word in scenario.name for word in asked.only):
                        ensure(client, scenario)
                        server.seen()
                        scenario.do(client)
                        show(reader, scenario.name, server.seen(), verbose=asked.verbose)


def ensure(client: Client, scenario: Scenario) -> None:
    """What a scenario needs to be there: a finished run, or many."""
    if scenario.do is list_runs:
        start_many(LISTED, client)
    for report in QUERIES:
        wanted = f"of {report}" in scenario.name and not scenario.name.startswith("run ")
        if wanted and report not in client.runs:
            follow_one(report, "zstd", client)
