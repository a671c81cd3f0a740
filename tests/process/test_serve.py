"""`rowstream serve`, from the address it prints to the end of its process."""

import os
import signal
import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.process.conftest import servers_in
from tests.process.running import Running, running, serving, until
from tests.sse_client import Event, EventReader

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]

Given = dict[str, object]


class Follower:
    """A client that follows one event stream, read when the test wants it."""

    def __init__(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.read()
        self._bytes = answer.iter_raw()
        self._reader = EventReader()
        self.events: list[Event] = []

    def until(self, kind: str) -> Event:
        """The next event of this kind."""
        while True:
            for event in self._reader.feed(next(self._bytes)):
                self.events.append(event)
                if event.type == kind:
                    return event


@contextmanager
def followed(server: Running, report: str) -> Generator[Follower]:
    """A new run and its events."""
    headers = {"Accept-Encoding": "identity"}
    path = f"{server.url}/api/reports/stream/{report}"
    with httpx.stream("GET", path, headers=headers, timeout=30) as answer:
        yield Follower(answer)


def test_it_serves_at_the_address_it_prints_and_ends_cleanly(given: Given) -> None:
    with serving(**given) as server:
        assert httpx.get(f"{server.url}/health").json() == {"status": "ok"}
        server.terminate()

        assert server.ended(within=5) == 0
        assert "Traceback" not in server.log


def test_passwords_are_masked_in_what_it_prints(given: Given) -> None:
    password = str(given["database_url"]).split(":")[2].split("@", maxsplit=1)[0]
    with serving(**given) as server:
        assert "ROWSTREAM_DATABASE_URL" in server.log
        assert password not in server.log + server.said.read_text()


def test_the_serving_process_does_not_hold_what_only_the_command_line_needs(given: Given) -> None:
    with serving(**given) as server:
        assert psutil.Process(server.process.pid).cmdline()[1:] == ["-m", "app.server"]


def test_a_stop_refuses_starts_and_serves_all_else_until_runs_are_interrupted(
    given: Given,
) -> None:
    with serving(**given, stop_grace="2s") as server, followed(server, "slow") as follower:
        follower.until("chunk")
        server.terminate()
        until(lambda: '"draining"' in server.log, "draining")

        assert httpx.get(f"{server.url}/health").status_code == 200
        refused = httpx.post(f"{server.url}/api/reports/slow/runs")
        assert (refused.status_code, refused.json()["code"]) == (503, "stopping")
        assert "interrupted" in follower.until("failed").data
        assert server.ended(within=3) == 0


def test_a_stop_waits_for_a_run_that_ends_within_the_grace_period(given: Given) -> None:
    patient = {**given, "stop_grace": "30s"}
    with serving(**patient) as server, followed(server, "slow?seconds=0.0004") as follower:
        follower.until("chunk")
        server.terminate()

        assert '"rows":5000' in follower.until("completed").data
        assert server.ended(within=3) == 0


def test_fifty_followers_all_see_the_end_when_the_server_stops(given: Given) -> None:
    everybody = {**given, "runs_per_owner": 50, "pool": 50}
    with serving(**everybody, stop_grace="1s") as server, ExitStack() as open_streams:
        followers = [
            open_streams.enter_context(followed(server, "slow?seconds=0.01")) for _ in range(50)
        ]
        for follower in followers:
            follower.until("run")
        server.terminate()

        assert all("interrupted" in each.until("failed").data for each in followers)
        assert server.ended(within=4) == 0
        assert "Traceback" not in server.log


def test_fifty_readers_that_do_not_read_do_not_hold_up_the_stop(given: Given) -> None:
    with serving(**given, runs_per_owner=50, stop_grace="1s") as server, ExitStack() as sockets:
        host, port = server.url.removeprefix("http://").split(":")
        for number in range(50):
            client = sockets.enter_context(socket.create_connection((host, int(port))))
            path = f"/api/reports/stream/numbers?n={200_000 + number}"
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        until(lambda: server.log.count("run_started") == 50, "the last run")
        server.terminate()

        assert server.ended(within=1 + 3) == 0
        assert "Traceback" not in server.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_at_once(given: Given, number: signal.Signals) -> None:
    with serving(**given, stop_grace="60s") as server, followed(server, "slow") as follower:
        follower.until("chunk")
        server.process.send_signal(number)
        until(lambda: '"draining"' in server.log, "draining")
        server.process.send_signal(number)

        assert server.ended(within=3) == 0
        assert "Traceback" not in server.log


def refusal(**settings: object) -> str:
    """The sentence with which the server refuses to start (exit code 3)."""
    with running("serve", **{"port": 0, **settings}) as server:
        assert server.ended(within=20) == 3, server.log
        assert "Traceback" not in server.log
        return server.log.splitlines()[-1]


def test_a_port_in_use_is_said_in_a_sentence(given: Given) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert "another program listens there" in refusal(**given, port=port)


def test_it_serves_other_machines_only_when_told_to(given: Given) -> None:
    assert "Give ROWSTREAM_ANONYMOUS=yes" in refusal(**given, host="0.0.0.0")  # noqa: S104


def test_a_database_that_is_not_there_is_said_in_a_sentence(given: Given) -> None:
    nowhere = {**given, "database_url": "postgresql://127.0.0.1:1/nowhere"}
    assert "ROWSTREAM_DATABASE_URL" in refusal(**nowhere)


def test_a_data_folder_in_use_is_said_in_a_sentence(data: Path, reports: Path) -> None:
    with serving(data=data, reports=reports):
        assert "in use by another Rowstream" in refusal(data=data, reports=reports)


def test_a_setting_that_does_not_parse_is_said_in_a_sentence(given: Given) -> None:
    assert "ROWSTREAM_POOL: 'many'" in refusal(**given, pool="many")


def test_a_report_to_export_that_there_cannot_be_is_said_in_a_sentence(given: Given) -> None:
    assert "no report 'no/name'" in refusal(**given, export_report="no/name")


def test_a_report_to_export_that_is_not_there_yet_is_warned_of(given: Given) -> None:
    with serving(**given, export_report="to_come") as server:
        assert '"export_report_missing"' in server.log
        assert '"to_come"' in server.log


def test_a_stop_while_it_starts_leaves_nothing(data: Path) -> None:
    with running("serve", data=data, port=0) as server:
        until(lambda: servers_in(data), "a start of PostgreSQL")
        server.terminate()

        assert server.ended(within=10) == 0, server.log
        assert servers_in(data) == []


def test_with_nothing_given_it_serves_the_demo_and_leaves_no_postgres(data: Path) -> None:
    with serving(data=data) as server:
        names = {each["name"] for each in httpx.get(f"{server.url}/api/reports").json()["reports"]}
        assert {"flights", "users"} <= names
        server.terminate()

        assert server.ended(within=10) == 0
    assert servers_in(data) == []


def test_after_a_kill_the_next_server_adopts_postgres_and_stops_it(
    data: Path, reports: Path
) -> None:
    with serving(data=data, reports=reports) as killed:
        before = {each.pid for each in servers_in(data) if each.ppid() == killed.process.pid}
        os.kill(killed.process.pid, signal.SIGKILL)
        killed.ended(within=5)
        with serving(data=data, reports=reports) as server:
            assert before <= {each.pid for each in servers_in(data)}
            server.terminate()
            assert server.ended(within=10) == 0
    assert servers_in(data) == []


def said(command: str, *, code: int, **settings: object) -> str:
    """What a command prints that ends with this code."""
    with running(command, **settings) as started:
        assert started.ended(within=50) == code, started.log
        return started.said.read_text() + started.log


def test_check_names_the_file_the_line_and_what_postgresql_says(given: Given) -> None:
    told = said("check", code=1, database_url=given["database_url"], reports=given["reports"])
    assert 'broken.sql:2: column "no_such_column" does not exist' in told


def test_check_is_content_with_the_demo_beside_a_running_server(data: Path) -> None:
    with serving(data=data):
        assert "reports, none broken." in said("check", code=0, data=data)


def test_demo_loads_as_many_rows_as_are_asked_for(data: Path) -> None:
    told = said("demo", code=0, data=data, users="1_234")
    assert "users: 1,234 of 1,234 rows" in told
    assert servers_in(data) == []


def test_a_command_without_arguments_says_what_there_is() -> None:
    with running("--help") as started:
        assert started.ended(within=20) == 0
        assert "serve" in started.said.read_text()
