"""A client that costs little: it reads a body into one buffer and throws it away.

What is thrown away is not decoded; verification reads the same addresses through `pieces` and
decodes them. Each request has a connection of its own.
"""

import http.client
import json
import selectors
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from loadtests.following import WrongRows

BUFFER_BYTES = 256 * 1024
BUFFER = memoryview(bytearray(BUFFER_BYTES))  # everything is read into it, and nothing out of it
TIMEOUT_SECONDS = 300.0
GOOD = b"HTTP/1.1 200"
LAST_CHUNK = b"0\r\n\r\n"


class Thrown:
    """An answer that is thrown away but for its first and last bytes."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.size = 0
        self._start = b""
        self._end = b""

    def take(self, connection: socket.socket) -> bool:
        """Reads what is there; False at the end. Raises WrongRows where it is no whole answer."""
        count = connection.recv_into(BUFFER)
        if not count:
            self._check()
            return False
        self.size += count
        self._start = self._start or bytes(BUFFER[: len(GOOD)])
        last = bytes(BUFFER[max(0, count - len(LAST_CHUNK)) : count])
        self._end = (self._end + last)[-len(LAST_CHUNK) :]
        return True

    def _check(self) -> None:
        if self._start != GOOD or self._end != LAST_CHUNK:
            met = f"{self._start!r} … {self._end!r}"
            raise WrongRows(f"{self.path}: {met} after {self.size:,} bytes.")


@dataclass(frozen=True, slots=True)
class Client:
    """Asks one server."""

    address: str

    def drain(self, path: str, encoding: str = "identity") -> int:
        """Reads the answer to its end; how many bytes came. Raises WrongRows for a broken one."""
        with closing(self.connect()) as connection:
            connection.sendall(self.request(path, encoding))
            body = Thrown(path)
            while body.take(connection):
                pass
        return body.size

    def drain_together(self, paths: Sequence[str], encoding: str) -> int:
        """The same for many at once, each over a connection of its own."""
        with ExitStack() as stack:
            selector = stack.enter_context(selectors.DefaultSelector())
            bodies = [Thrown(path) for path in paths]
            for body in bodies:
                connection = stack.enter_context(closing(self.connect()))
                connection.sendall(self.request(body.path, encoding))
                selector.register(connection, selectors.EVENT_READ, (connection, body))
            while selector.get_map():
                for key, _ in selector.select(TIMEOUT_SECONDS):
                    connection, body = key.data
                    if not body.take(connection):
                        selector.unregister(connection)
        return sum(body.size for body in bodies)

    def connect(self) -> socket.socket:
        """A connection of its own."""
        host, _, port = self.address.removeprefix("http://").rpartition(":")
        return socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS)

    def request(self, path: str, encoding: str) -> bytes:
        """The bytes of a GET after whose answer the server closes the connection."""
        host = self.address.removeprefix("http://")
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
        return "\r\n".join([*lines, f"Accept-Encoding: {encoding}", "", ""]).encode()

    def ask(self, method: str, path: str, encoding: str = "identity") -> http.client.HTTPResponse:
        """The answer, whose body is still to be read; RuntimeError for an error."""
        host = self.address.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=TIMEOUT_SECONDS)
        connection.request(method, path, headers={"Accept-Encoding": encoding})
        answer = connection.getresponse()
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise RuntimeError(f"{path}: {answer.read().decode(errors='replace')}")
        return answer

    def begin(self, report: str) -> str:
        """The id of a new run."""
        with self.ask("POST", f"/api/reports/{report}/runs") as answer:
            return str(json.loads(answer.read())["run"])

    def pieces(self, path: str, encoding: str = "identity") -> Iterator[bytes]:
        """The body as it comes, to be verified."""
        with self.ask("GET", path, encoding) as answer:
            coded = answer.headers.get("Content-Encoding", "identity")
            if coded != encoding:
                raise WrongRows(f"{path} came as {coded}, not as {encoding}.")
            while piece := answer.read1(BUFFER_BYTES):
                yield piece
