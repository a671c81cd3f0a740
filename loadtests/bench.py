"""`make bench`: what a run costs beside PostgreSQL itself, on this machine, in one go.

Prints a table: rows per second of a followed run against `cursor.fetch(1000)` alone, time to the
first rows, time from cancel to an idle backend, and the memory of the server. Ratios hold between
machines; single figures do not.
"""

import asyncio
import http.client
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg
import psutil

from app.demo.loader import REPORTS, load_demo
from loadtests.serving import high_water, server
from tests.postgres import cluster, embedded_binaries

TIMES = 3  # the best of so many counts: what else runs here only ever slows one down
STARTS = 50
PIECE_BYTES = 64 * 1024
ROWS = 336_776
QUERY = "select * from demo.flights order by id"
BUSY = """
select count(*) from pg_stat_activity
where application_name like 'rowstream%' and state <> 'idle' and query like '%generate_series%'
"""


@dataclass(frozen=True)
class Client:
    """One client over a socket that throws away what it reads."""

    address: str

    def ask(self, method: str, path: str, encoding: str = "identity") -> http.client.HTTPResponse:
        """The answer, whose body is still to be read."""
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"))
        connection.request(method, path, headers={"Accept-Encoding": encoding})
        answer = connection.getresponse()
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise RuntimeError(answer.read().decode())
        return answer

    def follow(self, encoding: str) -> None:
        """A whole run of the flights."""
        with self.ask("GET", "/api/reports/stream/flights", encoding) as answer:
            while answer.read1(PIECE_BYTES):
                pass

    def first_rows(self) -> None:
        """A run up to its first chunk."""
        with self.ask("GET", "/api/reports/stream/flights?limit=1000") as answer:
            read_until(answer, b"event: chunk")

    def start_long(self) -> str:
        """A run of many rows that has begun to bring them: its id."""
        with self.ask("GET", "/api/reports/stream/numbers?rows=5000000") as answer:
            body = read_until(answer, b"event: chunk")
        return str(json.loads(body.split(b"data: ", 1)[1].split(b"\n", 1)[0])["run"])


def read_until(answer: http.client.HTTPResponse, words: bytes) -> bytes:
    """The body up to the piece that holds the words."""
    body = b""
    while words not in body:
        piece = answer.read1(PIECE_BYTES)
        if not piece:
            raise RuntimeError(f"The stream ended without '{words.decode()}'.")
        body += piece
    return body


def seconds(action: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def best(action: Callable[[], object]) -> float:
    """The shortest of several times, in seconds."""
    return min(seconds(action) for _ in range(TIMES))


async def fetch_alone(url: str) -> None:
    """The same rows by asyncpg alone, thrown away."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(readonly=True):
            cursor = await connection.cursor(QUERY)
            while await cursor.fetch(1000):
                pass
    finally:
        await connection.close()


async def cancelled(client: Client, url: str) -> float:
    """Seconds from asking for the cancel until PostgreSQL does nothing for the run any more."""
    connection = await asyncpg.connect(url)
    try:
        run = await asyncio.to_thread(client.start_long)
        started = time.perf_counter()
        asked = asyncio.create_task(asyncio.to_thread(client.ask, "DELETE", f"/api/runs/{run}"))
        while await connection.fetchval(BUSY):
            await connection.execute("select pg_sleep(0.001)")
        idle = time.perf_counter() - started
        (await asked).close()
        return idle
    finally:
        await connection.close()


def measure(client: Client, url: str, process: psutil.Process) -> list[str]:
    """The lines of the table."""
    alone = ROWS / best(lambda: asyncio.run(fetch_alone(url)))
    lines = [f"| cursor.fetch(1000) alone | {alone:,.0f} rows/s |"]
    for encoding in ("identity", "zstd", "gzip"):
        rate = ROWS / best(lambda encoding=encoding: client.follow(encoding))
        lines.append(f"| followed run, {encoding} | {rate:,.0f} rows/s ({rate / alone:.2f}) |")
    firsts = [seconds(client.first_rows) * 1000 for _ in range(STARTS)]
    cancels = [asyncio.run(cancelled(client, url)) * 1000 for _ in range(TIMES)]
    return [
        *lines,
        f"| first rows, p50 of {STARTS} | {statistics.median(firsts):.0f} ms |",
        f"| cancel to an idle backend, longest of {TIMES} | {max(cancels):.0f} ms |",
        f"| memory of the server process at its highest | {high_water(process)} |",
    ]


def main() -> None:
    """Makes a database, starts a server, measures, prints."""
    with cluster(embedded_binaries()) as database:
        asyncio.run(load_demo(database.url()))
        settings = {"ROWSTREAM_DATABASE_URL": database.url(), "ROWSTREAM_REPORTS": str(REPORTS)}
        with server(settings) as (address, process):
            lines = measure(Client(address), database.url(), process)
    print("\n".join(["| what | figure |", "|---|--:|", *lines]))


if __name__ == "__main__":
    main()
