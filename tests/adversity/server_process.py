"""A server in a process of its own, whose memory the kernel measures."""

import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx

from app.settings import Settings, variable

ADDRESS_AT = "Rowstream is at "
PATIENCE = 60.0  # seconds between two pieces of a body
STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A serving process, and a client of it."""

    url: str
    pid: int
    client: httpx.AsyncClient

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self.url.rstrip("/").rpartition(":")[2])

    @property
    def peak_mib(self) -> float:
        """The most memory that the process has ever had, as the kernel noted it (VmHWM)."""
        return self.memory_kib("VmHWM") / 1024

    def memory_kib(self, name: str) -> int:
        """One line of `/proc/<pid>/status`, in KiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith(f"{name}:")]
        return int(line.split()[1])

    async def start(self, report: str, **arguments: object) -> str:
        """A new run's id."""
        answer = await self.client.post(
            f"/api/reports/{report}/runs", json={"arguments": arguments}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["run"]

    async def read_through(self, run: str, coding: str = "identity") -> int:
        """Take a run's stream to its end; the bytes that came."""
        url, headers = f"/api/runs/{run}/stream", {"Accept-Encoding": coding}
        async with self.client.stream("GET", url, headers=headers) as answer:
            return sum([len(piece) async for piece in answer.aiter_raw()])

    async def get(self, run: str) -> dict[str, Any]:
        """The run as it is."""
        return (await self.client.get(f"/api/runs/{run}")).json()


@asynccontextmanager
async def server_process(
    settings: Settings, *, module: str = "app.server", **more: object
) -> AsyncGenerator[ServerProcess]:
    """A server with the data, reports and database of the settings; `more` are its others."""
    given = {
        "data": settings.data,
        "reports": settings.reports,
        "database_url": settings.database_url,
        "follower_grace": settings.follower_grace,
        "reader": settings.reader,
        "export_worker": "no",
        "port": 0,
        **more,
    }
    environ = {variable(name): str(value) for name, value in given.items()}
    with _started(module, environ, settings.data) as (url, pid):
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
            yield ServerProcess(url, pid, client)


@contextmanager
def _started(module: str, environ: dict[str, str], data: Path) -> Generator[tuple[str, int]]:
    data.mkdir(exist_ok=True)
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            env={**os.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process, _stopped(process):
        assert process.stdout is not None
        yield _address(process.stdout, data / "log"), process.pid


def _address(output: IO[str], log: Path) -> str:
    for line in output:
        if line.startswith(ADDRESS_AT):
            return line.removeprefix(ADDRESS_AT).split()[0]
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")


@contextmanager
def _stopped(process: subprocess.Popen[str]) -> Generator[None]:
    try:
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()
