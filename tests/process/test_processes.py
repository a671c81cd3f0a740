"""`rowstream serve --processes 2`: one port, one state, one stop."""

import os
import signal
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from tests.process.conftest import servers_in
from tests.process.running import Running, kill_all, serving, until
from tests.process.test_serve import followed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]

Given = dict[str, object]


@pytest.fixture
def two(given: Given) -> Generator[Running]:
    """Two server processes, both accepting connections."""
    with serving(**given, processes=2, stop_grace="1s") as server:
        until(lambda: server.log.count("process_ready") == 2, "a second process")
        yield server


def owner_of(server: Running, run: str) -> psutil.Process:
    """The process that works on a run: it holds the backlog's file open for writing."""
    for process in server.children():
        files = process.open_files()
        if any(run in file.path and file.mode != "r" for file in files):
            return process
    raise AssertionError("no process has the run")


def run_of(data: str) -> str:
    return data.split('"run":"', maxsplit=1)[1].split('"', maxsplit=1)[0]


def test_a_stop_ends_all_of_them(two: Running) -> None:
    children = two.children()
    two.terminate()

    assert two.ended(within=5) == 0
    assert not any(each.is_running() for each in children)
    assert "Traceback" not in two.log


def test_one_that_is_killed_is_started_again(two: Running) -> None:
    first = two.children()[0]
    first.kill()
    until(lambda: len(two.children()) == 2 and first not in two.children(), "a new process")

    assert httpx.get(f"{two.url}/health").status_code == 200
    two.terminate()
    assert two.ended(within=5) == 0


def test_without_their_supervisor_they_free_the_port_and_end(two: Running) -> None:
    children = two.children()
    os.kill(two.process.pid, signal.SIGKILL)
    try:
        until(lambda: not any(each.is_running() for each in children), "their end", within=10)
    finally:
        kill_all(children)


def test_the_port_is_free_at_once_when_the_supervisor_is_killed(given: Given) -> None:
    with serving(**given, processes=2) as first, followed(first, "slow") as follower:
        follower.until("chunk")
        children = first.children()
        port = int(first.url.rsplit(":", maxsplit=1)[1])
        os.kill(first.process.pid, signal.SIGKILL)
        first.ended(within=5)
        until(lambda: refused(port), "a free port", within=3)

        with serving(**{**given, "port": port}) as second:
            assert httpx.get(f"{second.url}/health").status_code == 200
        kill_all(children)


def refused(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/health")
    except httpx.ConnectError:
        return True
    return False


def test_killing_one_leaves_the_runs_of_the_other_untouched(two: Running) -> None:
    with followed(two, "slow?seconds=0.001") as follower:
        run = run_of(follower.until("run").data)
        follower.until("chunk")
        owner = owner_of(two, run)
        kill_all(each for each in two.children() if each.pid != owner.pid)

        assert '"rows":5000' in follower.until("completed").data


def test_the_runs_of_one_that_is_killed_end_as_interrupted(two: Running) -> None:
    with followed(two, "slow") as follower:
        run = run_of(follower.until("run").data)
        follower.until("chunk")
        owner_of(two, run).kill()

    until(lambda: status(two, run)[0] == "failed", "the end of the run")
    assert "'interrupted'" in status(two, run)[1]


def status(server: Running, run: str) -> tuple[str, str]:
    with suppress(httpx.TransportError):
        told: dict[str, str] = httpx.get(f"{server.url}/api/runs/{run}").json()
        return told["status"], str(told["error"])
    return "unknown", "unknown"


def test_processes_share_the_embedded_postgres_and_it_ends_with_them(
    data: Path, reports: Path
) -> None:
    with serving(data=data, reports=reports, processes=2) as server:
        started = httpx.post(f"{server.url}/api/reports/numbers/runs").json()["run"]
        until(lambda: status(server, started)[0] == "completed", "the end of the run")
        server.terminate()

        assert server.ended(within=10) == 0
    assert servers_in(data) == []
