"""A client that takes nothing is one line in the log of a real server."""

import socket
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.process.running import serving, until

REQUEST = b"GET /api/reports/stream/numbers?n=200000 HTTP/1.1\r\nHost: localhost\r\n\r\n"
BUFFER = 4096

pytestmark = pytest.mark.slow


@contextmanager
def stalled(url: str) -> Generator[None]:
    """A connection that has asked for a stream and reads nothing of it."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        client.connect(("127.0.0.1", urlsplit(url).port))
        client.sendall(REQUEST)
        yield


def test_a_client_that_takes_nothing_is_one_line_in_the_log(given: dict[str, object]) -> None:
    with serving(**given, send_timeout="1s") as server:
        with stalled(server.url):
            until(lambda: "follower_dropped" in server.log, "dropping the client")
        server.terminate()
        assert server.ended(20) == 0
        said = server.log.splitlines()

    assert sum("follower_dropped" in line for line in said) == 1
    assert not [line for line in said if "error" in line or "ASGI" in line]
