"""A client on a bare socket: it takes no byte more than it is told to, and can be cut anywhere.

It reads nothing ahead, so what it does not take stays with the kernel and then with the server.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import h11

from tests.decoding import Coding, Decoder, Plain, decoder
from tests.sse_client import Event, EventReader

READ_BYTES = 64 * 1024
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


class Wire:
    """One GET on a socket of its own. `received` counts bytes, `whole`: the body has ended."""

    def __init__(self, sock: socket.socket, path: str, headers: dict[str, str]) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.received = 0
        self.whole = False
        self._socket = sock
        self._http = h11.Connection(h11.CLIENT)
        self._request = h11.Request(method="GET", target=path, headers=list(headers.items()))
        self._reader = EventReader()
        self._decoder: Decoder = Plain()

    async def ask(self) -> None:
        """Send the request."""
        loop = asyncio.get_running_loop()
        for part in (self._request, h11.EndOfMessage()):
            await loop.sock_sendall(self._socket, self._http.send(part) or b"")

    async def head(self) -> None:
        """Read until the status and the headers are there, a byte at a time."""
        while not self.status and not self.whole:
            assert not await self.take(1), "no event comes with the head"

    async def take(self, most: int = READ_BYTES) -> list[Event]:
        """The events that the next bytes complete; an end within the body is a failure."""
        data = await asyncio.get_running_loop().sock_recv(self._socket, most)
        self.received += len(data)
        self._http.receive_data(data)
        body = b"".join(self._parts())
        assert data or self.whole, "the server cut the body"
        return self._reader.feed(self._decoder.decompress(body))

    async def events(self) -> AsyncGenerator[Event]:
        """Every event to the end of the body."""
        while not self.whole:
            for event in await self.take():
                yield event

    def _parts(self) -> Iterator[bytes]:
        while True:
            match self._http.next_event():
                case h11.Response() as response:
                    self._begin(response)
                case h11.Data() as part:
                    yield bytes(part.data)
                case h11.EndOfMessage():
                    self.whole = True
                    return
                case _:
                    return

    def _begin(self, response: h11.Response) -> None:
        self.status = response.status_code
        self.headers = {name.decode(): value.decode() for name, value in response.headers}
        self._decoder = decoder(self.headers.get("content-encoding", "identity"))


async def followed(url: str, path: str, coding: Coding = "identity") -> list[Event]:
    """Every event of a stream, to its end."""
    async with asked(url, path, coding=coding) as wire:
        return [event async for event in wire.events()]


@asynccontextmanager
async def asked(
    url: str,
    path: str,
    *,
    coding: Coding = "identity",
    buffer: int | None = None,
    last_event_id: str = "",
) -> AsyncGenerator[Wire]:
    """A GET under way; leaving cuts the connection. `buffer`: bytes the kernel takes for us."""
    address = urlsplit(url)
    headers = {"Host": address.netloc, "Accept-Encoding": coding}
    if last_event_id:
        headers["Last-Event-ID"] = last_event_id
    with socket.socket() as sock:
        if buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, (address.hostname, address.port))
        wire = Wire(sock, path, headers)
        await wire.ask()
        yield wire
