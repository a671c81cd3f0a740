"""Where the benchmark runs: a database, its tables, a folder of reports, and a server."""

import asyncio
import tempfile
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from app.demo.loader import REPORTS, load_demo
from loadtests.bench.alone import Alone, alone, printed
from loadtests.bench.client import Client
from loadtests.bench.costs import Watch
from loadtests.bench.queries import Query
from loadtests.bench.rounds import Contestant, Line, Rounds, Truth
from loadtests.following import WrongRows
from loadtests.serving import server
from tests.postgres import Cluster, cluster, embedded_binaries

READERS = ("auto", "cursor", "copy")
USERS = 10_000_000
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
    servers: set[int] = field(default_factory=set[int])
    truths: dict[Query, Truth] = field(default_factory=dict[Query, Truth])

    def truth(self, query: Query) -> Truth:
        """What `psql` prints of a query."""
        return self.truths.setdefault(query, Truth(lambda: printed(self.url, query.sql)))

    def fetch(self, query: Query) -> Contestant:
        """`cursor.fetch(1000)` alone: its values are Python's, so its rows are only counted."""
        return self._counted("cursor.fetch(1000)", self.alone.fetch, query)

    def copy(self, query: Query) -> Contestant:
        """COPY alone; PostgreSQL says how many rows it was."""
        return self._counted("COPY", self.alone.copy, query)

    def rounds_of(
        self, section: str, query: Query, contestants: Sequence[Contestant], *, most: int = 5
    ) -> list[Line]:
        """Everybody verified and measured in turns."""
        rounds = Rounds(section, self.truth(query), self.watch)
        return rounds.measured(contestants, rounds=min(self.rounds, most))

    def _counted(self, name: str, read: Callable[[str], int], query: Query) -> Contestant:
        def act() -> None:
            if (count := read(query.sql)) != self.truth(query).rows:
                raise WrongRows(f"{name}: {count:,} rows instead of {self.truth(query).rows:,}.")

        return Contestant(name=name, act=act)

    def make(self, statements: Iterable[str]) -> None:
        """Makes tables; each statement stands alone, as VACUUM has to."""
        for statement in statements:
            self.alone.execute(statement)

    @property
    def memory(self) -> int:
        """The most memory that a server of ours has had."""
        self.watch.memory(self.process)
        return max(self.watch.highest.get(pid, 0) for pid in self.servers)

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
        asyncio.run(load_demo(url, users=USERS if is_full else None))
        write_reports(Path(folder), queries)
        settings = {"ROWSTREAM_DATABASE_URL": url, "ROWSTREAM_REPORTS": folder}
        with alone(url) as connection, server(settings) as (address, process):
            connection.execute("vacuum analyze demo.flights")
            connection.execute("vacuum analyze demo.users")  # as autovacuum would have by then
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
                servers={process.pid},
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
