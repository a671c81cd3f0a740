"""A real S3 server as a process of its own, and a gate before it that can refuse."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

START_SECONDS = 30.0
LOOK_SECONDS = 0.05
LISTENS = re.compile(r"Running on (http://127\.0\.0\.1:[0-9]+)")
LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
BUCKET = "files"
KEY_ID, SECRET = "test-key-id", "test-secret"
PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class S3:
    """Where the server listens; it has one bucket."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """What a client has to be told to reach it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }

    def url(self, prefix: str) -> str:
        """A folder in the bucket."""
        return f"s3://{BUCKET}/{prefix}"

    def unfinished(self, prefix: str) -> list[str]:
        """The keys of uploads below a prefix that were begun and neither ended nor aborted."""
        answer = httpx.get(
            f"{self.endpoint}/{BUCKET}", params={"uploads": ""}, timeout=START_SECONDS
        )
        answer.raise_for_status()
        keys = re.findall(r"<Key>([^<]+)</Key>", answer.text)
        return [key for key in keys if key.startswith(f"{prefix}/")]


@contextmanager
def s3_server(folder: Path) -> Generator[S3]:
    """The server, with an empty bucket, until the end of the block; its log is in the folder."""
    log = folder / "s3.log"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        server = S3(_address(process, log))
        httpx.put(f"{server.endpoint}/{BUCKET}").raise_for_status()
        yield server
    finally:
        process.kill()
        process.wait()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while not (found := LISTENS.search(log.read_text("utf-8", "replace"))):
        assert process.poll() is None, log.read_text("utf-8", "replace")
        assert time.monotonic() < deadline, "the S3 server did not start"
        time.sleep(LOOK_SECONDS)
    return found[1]


@contextmanager
def reaching(server: S3) -> Generator[None]:
    """Clients that are made in the block find the server."""
    before = {name: os.environ.get(name) for name in server.environment}
    os.environ.update(server.environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@dataclass
class Gate:
    """Passes connections on to the server, or answers every request itself."""

    server: S3
    endpoint: str = ""
    requests: int = 0
    _status: int | None = None
    _hangs: bool = False
    _times: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    def refuse(self, status: int, *, times: int = 1_000_000) -> None:
        """Answer the next requests with this status; what is under way is cut."""
        self._status, self._times = status, times
        self._cut()

    def hang(self) -> None:
        """Take requests, and answer none; what is under way is cut."""
        self._hangs = True
        self._cut()

    def pass_on(self) -> None:
        """Let requests through again."""
        self._times, self._hangs = 0, False

    def _cut(self) -> None:
        for each in self._open:
            each.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self._open.add(writer)
        with contextlib.suppress(OSError, RuntimeError, asyncio.IncompleteReadError):
            if self._hangs:
                await reader.read()
            elif self._times:
                await self._answer(reader, writer)
            else:
                await self._relay(reader, writer)
        self._open.discard(writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        self._times -= 1
        self.requests += 1
        line = f"HTTP/1.1 {self._status} Refused\r\n"
        writer.write(f"{line}Connection: close\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = int(self.server.endpoint.rpartition(":")[2])
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        self._open.add(far_writer)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(copy(reader, far_writer))
                tasks.create_task(copy(far_reader, writer))
        finally:
            self._open.discard(far_writer)
            far_writer.close()


async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Pass bytes on until either end is gone; then the other is told."""
    # uvloop says of a transport that was aborted meanwhile: RuntimeError, the handler is closed.
    with contextlib.suppress(OSError, RuntimeError):
        while piece := await source.read(PIECE):
            sink.write(piece)
            await sink.drain()
        if not sink.is_closing():
            sink.write_eof()


@asynccontextmanager
async def gate_before(server: S3) -> AsyncGenerator[Gate]:
    """A gate on a port of its own."""
    gate = Gate(server)
    listener = await asyncio.start_server(gate.serve, "127.0.0.1", 0, limit=2**20)
    async with listener:
        gate.endpoint = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        yield gate
        gate.refuse(503)
