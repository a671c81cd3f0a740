"""More followers than a process may have files open at first."""

import os
import resource
import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from app.database.postmaster import Postmaster
from tests.process.running import serving

FEW = 200
FOLLOWERS = 100  # three files each
SELECTABLE = 1024  # descriptors that `select` takes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]


@contextmanager
def open_files(most: int) -> Generator[None]:
    """Inside, so many may be open in this process, and in those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_server_takes_as_many_files_as_it_may(given: dict[str, object]) -> None:
    with ExitStack() as stack:
        with open_files(FEW):
            server = stack.enter_context(serving(**given))
        run = httpx.post(f"{server.url}/api/reports/sleeping/runs").json()["run"]
        host, port = server.url.removeprefix("http://").split(":")
        asked = f"GET /api/runs/{run}/stream HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        followers = [
            stack.enter_context(socket.create_connection((host, int(port))))
            for _ in range(FOLLOWERS)
        ]
        for follower in followers:
            follower.sendall(asked)

        assert {each.recv(12) for each in followers} == {b"HTTP/1.1 200"}
        assert httpx.post(f"{server.url}/api/reports/numbers/runs").status_code == 201


def test_a_server_of_postgresql_is_watched_by_any_descriptor() -> None:
    with open_files(2 * SELECTABLE), ExitStack() as stack:
        while (number := os.dup(0)) < SELECTABLE:
            stack.callback(os.close, number)
        stack.callback(os.close, number)
        with Postmaster(os.getpid()) as found:
            assert found.running
