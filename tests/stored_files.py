"""A file in a store, and an address where it is downloaded."""

import asyncio
import gzip
import hashlib
import random
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import zstandard
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.exports.export import Coded, Coding, StoredFile
from app.exports.file_response import file_response
from app.exports.store import Store
from tests.serving import serving, small_app

MODIFIED = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
SUFFIXES: dict[Coding, str] = {"gzip": ".gz", "zstd": ".zst"}
WRITER = """
import asyncio, sys
from app.exports.store import Store

async def write():
    async with Store.of(sys.argv[1]).writing(sys.argv[2]) as sink:
        await sink.write(bytes(40 * 2**20))
        print("written", flush=True)
        await asyncio.Event().wait()

asyncio.run(write())
"""
PATH = "/exports/file/download"


def noise(size: int, *, seed: int = 1) -> bytes:
    """Bytes that no coding makes smaller and no place repeats."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - not secret


def coded(data: bytes, coding: Coding) -> bytes:
    """The data in a coding."""
    return gzip.compress(data, mtime=0) if coding == "gzip" else zstandard.compress(data)


async def lay(store: Store, key: str, data: bytes) -> Coded:
    """Put these bytes into the store."""
    async with store.writing(key) as sink:
        await sink.write(data)
    return Coded(key=key, size=len(data), sha256=hashlib.sha256(data).hexdigest())


async def stored(
    store: Store,
    data: bytes,
    *,
    key: str = "file.1.csv",
    name: str = "numbers.csv",
    codings: Collection[Coding] = ("gzip", "zstd"),
    modified: datetime = MODIFIED,
) -> StoredFile:
    """A finished file of these bytes, in these codings too."""
    whole = await lay(store, key, data)
    others: dict[Coding, Coded] = {
        each: await lay(store, key + SUFFIXES[each], coded(data, each)) for each in codings
    }
    return StoredFile(
        name=name,
        key=key,
        size=whole.size,
        sha256=whole.sha256,
        media_type="text/csv; charset=utf-8",
        modified=modified,
        codings=others,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """A response with its body as it came, not decoded."""

    status: int
    headers: httpx.Headers
    body: bytes


@dataclass(slots=True)
class Site:
    """Serves `file`, which can be exchanged."""

    store: Store
    file: StoredFile
    client: httpx.AsyncClient = field(repr=False)

    @property
    def url(self) -> str:
        """Where the file is."""
        return f"{self.client.base_url}{PATH}".replace("//exports", "/exports")

    async def ask(self, method: str = "GET", **headers: str) -> Answer:
        """The answer to a request with these headers (`if_range` for `If-Range`)."""
        sent = {"Accept-Encoding": "identity"}
        sent |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        async with self.client.stream(method, PATH, headers=sent) as answer:
            body = b"".join([piece async for piece in answer.aiter_raw()])
        return Answer(answer.status_code, answer.headers, body)


@asynccontextmanager
async def site_of(
    store: Store, file: StoredFile, *, send_timeout: float = 30.0
) -> AsyncGenerator[Site]:
    """The file behind everything that stands around ours, over a real socket."""

    async def endpoint(request: Request) -> Response:
        return file_response(
            store,
            site.file,
            method=request.method,
            headers=request.headers,
            send_timeout=send_timeout,
        )

    app = small_app([Route(PATH, endpoint)])
    async with serving(app) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        site = Site(store, file, client)
        yield site


async def said(*command: str) -> tuple[int, str]:
    """How a program ended, and what it printed; the test's own loop goes on meanwhile."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    output, errors = await process.communicate()
    return process.returncode or 0, (output + errors).decode()


def kill_writer(url: str, key: str) -> None:
    """Let a process begin to write a file of many parts, and kill it."""
    command = [sys.executable, "-c", WRITER, url, key]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"written\n"
        process.kill()
        assert process.wait() == -signal.SIGKILL
