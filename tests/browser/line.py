"""A line between browser and server that a test can cut, silence or alter: a TCP relay in threads
of its own."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

PIECE = 64 * 1024
ACCEPTED = re.compile(rb"(?i)(\r\naccept-encoding: *)[^\r]*")


@dataclass
class Line:
    """Relays connections while it is whole; a cut ends those there are and refuses new ones.

    `request` is what becomes of the pieces that the browser sends.
    """

    target: int
    listener: socket.socket
    request: Callable[[bytes], bytes] = bytes
    whole: bool = True
    flowing: threading.Event = field(default_factory=threading.Event)
    ends: list[socket.socket] = field(default_factory=list[socket.socket])

    @property
    def url(self) -> str:
        """The near end."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def cut(self) -> None:
        """Ends every connection at once, as a network does: without a last word."""
        self.whole = False
        while self.ends:
            end(self.ends.pop())

    def silence(self) -> None:
        """Holds back what either side says, as a network does that is away: nobody is told."""
        self.flowing.clear()

    def mend(self) -> None:
        """Lets connections, and what was held back, through again."""
        self.whole = True
        self.flowing.set()

    def serve(self) -> None:
        """Takes connections until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                self._relay(near)

    def _relay(self, near: socket.socket) -> None:
        if not self.whole:
            end(near)
            return
        far = socket.create_connection(("127.0.0.1", self.target))
        self.ends += [near, far]
        for way in ((near, far, self.request), (far, near, bytes)):
            threading.Thread(target=self._copy, args=way, daemon=True).start()

    def _copy(
        self, source: socket.socket, sink: socket.socket, altered: Callable[[bytes], bytes]
    ) -> None:
        """Passes bytes on until either end is gone."""
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                self.flowing.wait()
                sink.sendall(altered(piece))
        end(source)
        end(sink)


def uncompressed(piece: bytes) -> bytes:
    """A request that asks for no content coding."""
    return ACCEPTED.sub(rb"\g<1>identity", piece)


def end(connection: socket.socket) -> None:
    """Closes a connection, whatever its state; threads that wait in it wake up."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextlib.contextmanager
def line_to(port: int, request: Callable[[bytes], bytes] = bytes) -> Generator[Line]:
    """A line to a loopback port, gone afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(port, listener, request)
        line.mend()
        threading.Thread(target=line.serve, daemon=True).start()
        try:
            yield line
        finally:
            line.cut()
            line.flowing.set()
            end(listener)
