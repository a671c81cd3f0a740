"""PostgreSQL read without any server of ours: the references of the benchmark.

asyncpg runs on the event loop that the product runs on, over a connection that is already open;
connecting is not timed. The rows are thrown away; how many there were is checked each time.
"""

import asyncio
import os
import subprocess
from collections.abc import Coroutine, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
import uvloop

from app.database.connection import CancellableConnection
from loadtests.bench.rows import Row
from tests.postgres import embedded_binaries

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

Value = TypeVar("Value")

FETCH_ROWS = 1000
BLOCK_BYTES = 256 * 1024
# They stand in none of the benchmark's values.
VALUE_END, ROW_END, NULL = b"\x1f", b"\x1e", b"\x1d"


@dataclass(frozen=True, slots=True)
class Alone:
    """One connection of asyncpg and the loop it lives in."""

    runner: asyncio.Runner
    connection: "Connection"

    def run(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Does the work in the connection's loop."""
        return self.runner.run(work)

    def execute(self, script: str) -> None:
        """Runs statements."""
        self.run(self.connection.execute(script))

    def fetch(self, query: str) -> int:
        """Every row through `cursor.fetch(1000)`; how many."""
        return self.run(self._fetch(query))

    def copy(self, query: str) -> int:
        """Every row through `COPY … TO STDOUT` in text; how many."""
        return self.run(self._copy(query))

    async def _fetch(self, query: str) -> int:
        count = 0
        async with self.connection.transaction(readonly=True):
            cursor = await self.connection.cursor(query)
            while rows := await cursor.fetch(FETCH_ROWS):
                count += len(rows)
        return count

    async def _copy(self, query: str) -> int:
        status = await self.connection.copy_from_query(query, output=_thrown_away, format="text")
        return int(status.removeprefix("COPY "))


async def _thrown_away(data: bytes) -> None:
    del data


@contextmanager
def alone(url: str) -> Generator[Alone]:
    """A connection to the database, and its loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        # The class of the product's connections: its readers read over this one too.
        opening = asyncpg.connect(url, connection_class=CancellableConnection)
        connection = runner.run(opening)
        try:
            yield Alone(runner, connection)
        finally:
            runner.run(connection.close())


def psql(url: str, *options: str) -> list[str]:
    """A command of `psql` that asks nothing of its surroundings."""
    return [str(embedded_binaries() / "psql"), "--no-psqlrc", "--quiet", *options, url]


def printed(url: str, query: str) -> Iterator[Row]:
    """The rows as `psql` prints them: what every contestant has to deliver."""
    separators = [
        f"--field-separator={VALUE_END.decode()}",
        f"--record-separator={ROW_END.decode()}",
    ]
    layout = ["--no-align", "--tuples-only", f"--pset=null={NULL.decode()}", *separators]
    # Without FETCH_COUNT it would hold the whole result.
    command = psql(url, *layout, "--set=FETCH_COUNT=1000", f"--command={query}")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield from _rows(output(process))
    if process.returncode:
        raise RuntimeError(f"psql ended with {process.returncode}.")


def output(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """What it writes, in blocks."""
    while process.stdout and (piece := process.stdout.read(BLOCK_BYTES)):
        yield piece


def _rows(pieces: Iterable[bytes]) -> Iterator[Row]:
    begun = b""
    for piece in pieces:
        *whole, begun = (begun + piece).split(ROW_END)
        yield from map(_row, whole)
    if begun:
        yield _row(begun.removesuffix(b"\n"))  # which psql writes after the last one


def _row(line: bytes) -> Row:
    return [_value(text) for text in line.split(VALUE_END)]


def _value(text: bytes) -> str | None:
    return None if text == NULL else text.decode()


def run_psql(command: list[str], path: Path = Path(os.devnull)) -> None:
    """Runs it to its end, with its output in a file."""
    with path.open("wb") as file:
        subprocess.run(command, stdout=file, check=True)
