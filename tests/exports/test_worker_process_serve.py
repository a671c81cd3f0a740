"""`rowstream serve` has a worker: started, watched, started again, and ended with it."""

import asyncio
import secrets
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.postgres import Cluster
from tests.process.conftest import execute
from tests.process.running import Running, serving, until
from tests.serving import write_reports

END_SECONDS = 12

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

Given = dict[str, object]


@pytest.fixture
def given(tmp_path: Path, postgres: Cluster) -> Generator[Given]:
    """Settings over a new database; synchronous, as the processes are watched from outside."""
    name = f"test_{secrets.token_hex(6)}"
    asyncio.run(execute(postgres.url(), f"create database {name}"))
    url, reports = postgres.url(database=name), write_reports(tmp_path / "reports")
    yield {"database_url": url, "reports": reports, "data": tmp_path / "data"}
    asyncio.run(execute(postgres.url(), f"drop database {name} with (force)"))


def workers_of(server: Running) -> list[psutil.Process]:
    """The processes below it that do exports."""
    below = psutil.Process(server.process.pid).children(recursive=True)
    return [each for each in below if "app.worker" in each.cmdline()]


def ready(server: Running) -> int:
    """How often a worker has said that it is."""
    return sum('"worker_ready"' in line for line in server.log.splitlines())


@contextmanager
def with_worker(given: Given, **more: object) -> Generator[Running]:
    """A server whose worker is ready."""
    with serving(**given, **{"export_worker": "yes", "stop_grace": "1s", **more}) as server:
        until(lambda: ready(server) == 1, "a worker")
        yield server


def finished(server: Running, report: str = "numbers") -> None:
    """Start an export and wait for its end."""
    answer = httpx.post(f"{server.url}/exports/csv", params={"report": report})
    export = answer.json()["exportId"]

    def completed() -> bool:
        told = httpx.get(f"{server.url}/exports/{export}/status").json()
        return told["status"] == "completed"

    until(completed, "the export")


@pytest.mark.parametrize("processes", [1, 2])
def test_serve_has_one_worker_which_ends_with_it(given: Given, processes: int) -> None:
    with with_worker(given, processes=processes) as server:
        [worker] = workers_of(server)
        finished(server)
        server.terminate()

        assert server.ended(within=END_SECONDS) == 0
        assert not worker.is_running()
        assert "Traceback" not in server.log


def test_serve_ends_while_its_worker_is_busy(given: Given) -> None:
    with with_worker(given) as server:
        [worker] = workers_of(server)
        httpx.post(f"{server.url}/exports/csv", params={"report": "sleeping"})
        until(lambda: '"export_began"' in server.log, "its begin")
        server.terminate()

        assert server.ended(within=END_SECONDS) == 0
        assert not worker.is_running()
        assert "Traceback" not in server.log


def test_a_worker_that_is_killed_is_started_again(given: Given) -> None:
    with with_worker(given) as server:
        [worker] = workers_of(server)
        worker.kill()
        until(lambda: ready(server) == 2, "another worker")

        assert worker not in workers_of(server)
        finished(server)


def test_a_worker_does_not_outlive_a_server_that_is_killed(given: Given) -> None:
    with with_worker(given) as server:
        [worker] = workers_of(server)
        httpx.post(f"{server.url}/exports/csv", params={"report": "sleeping"})
        until(lambda: '"export_began"' in server.log, "its begin")
        server.process.send_signal(signal.SIGKILL)

        until(lambda: not worker.is_running(), "the end of the worker", within=END_SECONDS)


def test_without_a_worker_exports_wait(given: Given) -> None:
    with serving(**given, export_worker="no") as server:
        assert workers_of(server) == []
        answer = httpx.post(f"{server.url}/exports/csv", params={"report": "numbers"})

        assert answer.json()["status"] == "pending"
        assert answer.json()["position"] == 1
