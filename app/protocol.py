"""HTTP/1.1 as uvicorn speaks it, with what it lacks: an end to waiting for a request, and a way to
break off an answer that everybody understands.

Without the first a client that sends half a head holds its socket for ever, and a head without an
end fills the memory. Without the second WebKit, and whoever speaks HTTP/1.0, take a body that broke
off for a whole one: to them its end is the end of the connection.
"""

import asyncio
import socket
import struct
from asyncio import TimerHandle

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS = 10.0  # to send a request: its head, and the small bodies we take
HEAD_BYTES = 64 * 1024
RESET = "rowstream.reset"  # an extension of the scope: call it to break off the answer
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset (socket(7))


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 with a deadline and a size limit for receiving a request (uvicorn has neither)."""

    request_seconds = REQUEST_SECONDS
    deadline: TimerHandle | None = None
    head_bytes = 0
    in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Start the clock: the first request has to come."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock, and that of the idle connection, which uvicorn leaves after a reset."""
        self._received()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Start the clock of a further request on this connection."""
        super().on_message_begin()
        self.scope["extensions"] = {RESET: {"reset": self.reset}}
        self.head_bytes, self.in_head = 0, True
        self._expect()

    def on_headers_complete(self) -> None:
        """From here on bytes are a body, which the application bounds."""
        self.in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is here."""
        self._received()
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Refuse a head that does not end."""
        super().data_received(data)
        if self.in_head and not self.transport.is_closing():
            self.head_bytes += len(data)
            if self.head_bytes > HEAD_BYTES:
                self._refuse(b"431 Request Header Fields Too Large")

    def reset(self) -> None:
        """End the connection so that nobody takes it for the end of an answer."""
        if not self.transport.is_closing():
            connection: socket.socket = self.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            self.transport.abort()

    def _expect(self) -> None:
        if self.deadline is None:
            self.deadline = self.loop.call_later(self.request_seconds, self._too_late)

    def _received(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def _too_late(self) -> None:
        if self.in_head and self.head_bytes:
            self._refuse(b"408 Request Timeout")
        else:
            self.transport.close()

    def _refuse(self, status: bytes) -> None:
        answer = b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        self.transport.write(answer)
        self.transport.close()
