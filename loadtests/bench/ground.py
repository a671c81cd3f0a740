"""Where the benchmark runs: a database, its tables, a folder of reports, and a server."""

import asyncio
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.demo.loader import REPORTS, load_demo
from loadtests.bench.alone import Alone, alone, printed
from loadtests.bench.client import Client
from loadtests.bench.costs import Watch
from loadtests.bench.queries import SCHEMA, Query
from loadtests.bench.rounds import Reference, Truth
from loadtests.serving import server
from tests.postgres import Cluster, cluster, embedded_binaries

READERS = ("auto", "cursor", "copy")
# PostgreSQL's defaults but for these: the tables fit, and nothing works beside what is measured.
POSTGRESQL = {"shared_buffers": "512MB", "autovacuum": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything that a section needs. `rounds` is how often each of its contestants runs."""

    url: str
    folder: Path
    alone: Alone
    watch: Watch
    client: Client
    process: psutil.Process
    rounds: int
    is_quick: bool
    is_full: bool

    def fetch(self, query: Query) -> Reference:
        """`cursor.fetch(1000)` alone."""
        return Reference(name="cursor.fetch(1000)", act=lambda: self.alone.fetch(query.sql))

    def copy(self, query: Query) -> Reference:
        """COPY alone."""
        return Reference(name="COPY", act=lambda: self.alone.copy(query.sql))

    def truth(self, query: Query) -> Truth:
        """What `psql` prints of a query."""
        return Truth.of(printed(self.url, query.sql))

    def make(self, *queries: Query) -> None:
        """Makes the tables of queries."""
        self.alone.execute(SCHEMA)
        for statement in ";".join(query.setup for query in queries).split(";"):
            if statement.strip():  # vacuum stands alone
                self.alone.execute(statement)

    @property
    def settings(self) -> dict[str, str]:
        """What a server of this ground is told."""
        return {"ROWSTREAM_DATABASE_URL": self.url, "ROWSTREAM_REPORTS": str(self.folder)}


@contextmanager
def ground(
    queries: Sequence[Query], *, rounds: int, is_quick: bool, is_full: bool
) -> Generator[Ground]:
    """A running database with the demo's tables, and a server with a report for each query."""
    with (
        cluster(embedded_binaries(), POSTGRESQL) as database,
        tempfile.TemporaryDirectory(prefix="rowstream-bench-") as folder,
    ):
        url = database.url()
        asyncio.run(load_demo(url))
        write_reports(Path(folder), queries)
        settings = {"ROWSTREAM_DATABASE_URL": url, "ROWSTREAM_REPORTS": folder}
        with alone(url) as connection, server(settings) as (address, process):
            connection.execute("vacuum analyze demo.flights")
            yield Ground(
                url=url,
                folder=Path(folder),
                alone=connection,
                watch=Watch(psutil.Process(postmaster(database))),
                client=Client(address),
                process=process,
                rounds=rounds,
                is_quick=is_quick,
                is_full=is_full,
            )


def write_reports(folder: Path, queries: Sequence[Query]) -> None:
    """The demo's reports, and one for each query and reader: `flights.copy`."""
    for report in REPORTS.glob("*.sql"):
        (folder / report.name).write_text(report.read_text("utf-8"), "utf-8")
    for query in queries:
        for reader in READERS:
            (folder / f"{query.name}.{reader}.sql").write_text(query.report(reader), "utf-8")


def postmaster(database: Cluster) -> int:
    """The id of the process whose children are all of PostgreSQL's."""
    if database.process is None:
        raise RuntimeError("The cluster does not run.")
    return database.process.pid
