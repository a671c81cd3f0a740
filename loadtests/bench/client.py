"""A client that costs little: it reads a body into one buffer and throws it away.

What is thrown away is not decoded; verification reads the same addresses through `pieces` and
decodes them. Each request has a connection of its own.
"""

import http.client
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from loadtests.following import WrongRows

BUFFER_BYTES = 256 * 1024
TIMEOUT_SECONDS = 300.0
GOOD = b"HTTP/1.1 200"
LAST_CHUNK = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Client:
    """Asks one server."""

    address: str

    def drain(self, path: str, encoding: str = "identity") -> int:
        """Reads the answer to its end; how many bytes came. Raises WrongRows for a broken one."""
        buffer = memoryview(bytearray(BUFFER_BYTES))
        total, start, end = 0, b"", b""
        with closing(self.connect()) as connection:
            connection.sendall(self.request(path, encoding))
            while count := connection.recv_into(buffer):
                total += count
                start = start or bytes(buffer[: len(GOOD)])
                end = (end + bytes(buffer[max(0, count - len(LAST_CHUNK)) : count]))[-5:]
        if start != GOOD or end != LAST_CHUNK:
            raise WrongRows(f"{path}: {start!r} … {end!r} after {total:,} bytes.")
        return total

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

    def pieces(self, path: str, encoding: str = "identity") -> Iterator[bytes]:
        """The body as it comes, to be verified."""
        with self.ask("GET", path, encoding) as answer:
            coded = answer.headers.get("Content-Encoding", "identity")
            if coded != encoding:
                raise WrongRows(f"{path} came as {coded}, not as {encoding}.")
            while piece := answer.read1(BUFFER_BYTES):
                yield piece
