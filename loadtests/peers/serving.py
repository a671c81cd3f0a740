"""Starts a peer on a free loopback port and ends it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from loadtests.peers.contestants import CHECKOUT, Peer
from loadtests.serving import stop
from tests.postgres import free_port

START_SECONDS = 30.0
LOOK_SECONDS = 0.05


class NotServing(Exception):
    """A peer did not come to listen; the text is its log."""


@contextmanager
def serving(
    peer: Peer, *, database_url: str, query: str, folder: Path
) -> Generator[tuple[str, psutil.Process]]:
    """The peer's server on a free loopback port: its base address and its process.

    `database_url` is an address over TCP; `folder` is for files that are gone with it. Datasette
    first fills its SQLite file with the query's rows, before this gives anything.
    """
    settings = {"DATABASE_URL": database_url, "QUERY": query, "NODE_ENV": "production", "TZ": "UTC"}
    if peer.file and not (folder / peer.file).exists():
        fill(folder / peer.file, settings)
    port = free_port()
    log = folder / f"{peer.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            peer.command(port, folder),
            env=os.environ | settings | {"PORT": str(port)},
            stdout=output,
            stderr=output,
        )
        try:
            wait_listening(port, process, log)
            yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
        finally:
            stop(process)


def fill(file: Path, settings: Mapping[str, str]) -> None:
    """The SQLite file with all rows, made by a process of its own: this one stays small."""
    command = [sys.executable, "-m", "loadtests.peers.sqlite_file", str(file)]
    subprocess.run(command, cwd=CHECKOUT, env=os.environ | settings, check=True)


def wait_listening(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when the port takes connections."""
    deadline = time.monotonic() + START_SECONDS
    while not is_listening(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotServing(log.read_text(errors="replace"))
        time.sleep(LOOK_SECONDS)


def is_listening(port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True
