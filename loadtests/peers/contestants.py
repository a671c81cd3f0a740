"""The same job done as people do it today: servers and a process that the benchmark starts.

Each peer is one process of its own with production settings, written as its library's
documentation recommends. It gets the database and the query when it starts and answers one GET
with all rows. `rows.py` reads what they send; `psql_copy` is no server but writes to stdout.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from tests.postgres import embedded_binaries, free_port

HERE = Path(__file__).parent
CHECKOUT = HERE.parent.parent
BINARIES = CHECKOUT / ".venv-peers" / "bin"
START_SECONDS = 30.0
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.05

Form = Literal["sse", "csv"]


@dataclass(frozen=True)
class Peer:
    """One way to send a query's rows over HTTP; `path` is what to GET, `form` how rows come."""

    name: str
    path: str
    form: Form


PEERS = (
    Peer("Node SSE", "/", "sse"),
    Peer("Node CSV", "/", "csv"),
    Peer("FastAPI SSE", "/", "sse"),
    Peer("Datasette CSV", "/rows/result.csv?_stream=on&_size=max", "csv"),
)


@contextlib.contextmanager
def serving(
    peer: Peer, *, database_url: str, query: str, folder: Path
) -> Generator[tuple[str, psutil.Process]]:
    """The peer's server on a free loopback port: its base address and its process.

    `database_url` is an address over TCP; `folder` is for files that are gone with it. Datasette
    first fills its SQLite file with the query's rows, before this gives anything.
    """
    raise NotImplementedError


def psql_copy(database_url: str, query: str) -> list[str]:
    r"""The command of `psql` that writes the query's rows as CSV with a header (`\copy`)."""
    raise NotImplementedError
