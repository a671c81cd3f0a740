"""A server in this process around a small application, and raw clients for it."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Send

from app.drain import drained
from app.protocol import PatientProtocol
from app.runs.stop import Stop
from app.server import Server, configuration
from app.settings import Settings
from app.sockets import listening_socket

LONG = 60.0  # seconds; a test that waits for it has failed


@dataclass
class Progress:
    """Runs that end when the test says so."""

    active: int = 0
    followers: int = 0
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)

    async def interrupt_all(self) -> None:
        """Note it; the streams of the test's application end with it."""
        self.active = 0
        self.interrupted.set()


@dataclass
class Serving:
    """A running server, what stops it, and its task."""

    server: Server
    stop: Stop
    runs: Progress
    port: int
    task: "asyncio.Task[None]"

    async def ended(self, within: float) -> None:
        """Return when the server has ended; TimeoutError after so many seconds."""
        await asyncio.wait_for(asyncio.shield(self.task), within)

    @asynccontextmanager
    async def connected(
        self, send: bytes = b""
    ) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A raw connection on which this was sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(send)
            yield reader, writer
        finally:
            writer.transport.abort()
            await asyncio.wait([asyncio.ensure_future(writer.wait_closed())])

    async def told(self, data: bytes) -> bytes:
        """What the server says to this, until it closes the connection."""
        async with self.connected(data) as (reader, _):
            return await asyncio.wait_for(reader.read(), 5)

    async def ask(self, path: str) -> bytes:
        """The whole answer to a GET."""
        return await self.told(request(path))

    @property
    def open(self) -> int:
        """Connections that the server holds."""
        return len(self.server.server_state.connections)


def request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


@asynccontextmanager
async def serving(
    application: ASGIApp,
    *,
    runs: Progress | None = None,
    grace: float = LONG,
    protocol: type[PatientProtocol] = PatientProtocol,
) -> AsyncGenerator[Serving]:
    """The application on a port of the kernel's choice; cut off at the end if it still runs."""
    ready, stop, runs = asyncio.Event(), Stop(), runs or Progress()
    with listening_socket(Settings(port=0, send_timeout=1.0)) as listener:
        port = int(listener.getsockname()[1])
        server = Server(configuration(application, protocol=protocol), ready=lambda _: ready.set())
        task = asyncio.create_task(_serve(server, stop, runs, listener, grace))
        await ready.wait()
        try:
            yield Serving(server, stop, runs, port, task)
        finally:
            stop.begin()
            stop.begin()
            await task


async def _serve(
    server: Server, stop: Stop, runs: Progress, listener: socket.socket, grace: float
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listener]))
        await drained(stop, runs, server, grace=grace)
        server.should_exit = True


async def answer(send: Send, body: bytes) -> None:
    """A short answer."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
