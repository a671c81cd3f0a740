"""The same job done as people do it today: servers and a process that the benchmark starts.

Each peer is one process of its own with production settings, written as its library's
documentation recommends. It gets the database and the query when it starts and answers one GET
with all rows. `rows.py` reads what they send; `psql_copy` is no server but writes to stdout.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Literal

from loadtests.peers.sqlite_file import TABLE
from tests.postgres import embedded_binaries

HERE = Path(__file__).parent
CHECKOUT = HERE.parent.parent
PYTHON = CHECKOUT / ".venv" / "bin"
PEERS_PYTHON = CHECKOUT / ".venv-peers" / "bin"

Form = Literal["sse", "csv"]
Command = Callable[[int, Path], list[str]]


@dataclass(frozen=True)
class Peer:
    """One way to send a query's rows over HTTP.

    `path` is what to GET, `form` how the rows come, `command` what starts it on a port;
    `file` names the SQLite file that has to be there before, if any.
    """

    name: str
    path: str
    form: Form
    command: Command
    file: str | None = None


def psql_copy(database_url: str, query: str) -> list[str]:
    r"""The command of `psql` that writes the query's rows as CSV with a header (`\copy`).

    `\copy` is one line, so the query may have no `--` comments and no line ends in its literals.
    """
    line = " ".join(query.split("\n"))
    psql = str(embedded_binaries() / "psql")
    copy = rf"\copy ({line}) to stdout with (format csv, header)"
    return [psql, "--no-psqlrc", "--quiet", f"--dbname={database_url}", f"--command={copy}"]


def _node(script: str) -> Command:
    """Node of the machine, else the one that came from the Python package index."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(PYTHON)])
    return lambda _port, _folder: [which("node", path=path) or "node", str(HERE / script)]


def _uvicorn(port: int, _folder: Path) -> list[str]:
    where = ["--app-dir", str(HERE), "--port", str(port)]
    return [str(PEERS_PYTHON / "uvicorn"), *where, "fastapi_sse:app"]


def _datasette(port: int, folder: Path) -> list[str]:
    # It would end a CSV at 100 MB, and in the middle where one page takes longer than a second.
    limits = ["--setting", "max_csv_mb", "0", "--setting", "sql_time_limit_ms", "60000"]
    file = str(folder / "rows.db")
    return [str(PEERS_PYTHON / "datasette"), "serve", "-i", file, "--port", str(port), *limits]


PEERS = (
    Peer("Node SSE", "/", "sse", _node("sse.mjs")),
    Peer("Node CSV", "/", "csv", _node("csv.mjs")),
    Peer("FastAPI SSE", "/", "sse", _uvicorn),
    Peer("Datasette CSV", f"/rows/{TABLE}.csv?_stream=on&_size=max", "csv", _datasette, "rows.db"),
)
