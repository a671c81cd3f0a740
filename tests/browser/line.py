"""A line between browser and server that a test can cut: a TCP relay in threads of its own."""

import contextlib
import socket
import threading
from collections.abc import Generator
from dataclasses import dataclass, field

PIECE = 64 * 1024


@dataclass
class Line:
    """Relays connections while it is whole; a cut ends those there are and refuses new ones."""

    target: int
    listener: socket.socket
    whole: bool = True
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

    def mend(self) -> None:
        """Lets connections through again."""
        self.whole = True

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
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=copy, args=(source, sink), daemon=True).start()


def copy(source: socket.socket, sink: socket.socket) -> None:
    """Passes bytes on until either end is gone."""
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            sink.sendall(piece)
    end(source)
    end(sink)


def end(connection: socket.socket) -> None:
    """Closes a connection, whatever its state; threads that wait in it wake up."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextlib.contextmanager
def line_to(port: int) -> Generator[Line]:
    """A line to a loopback port, gone afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(port, listener)
        threading.Thread(target=line.serve, daemon=True).start()
        try:
            yield line
        finally:
            line.cut()
            end(listener)
