"""Rows and chunks of megabytes: the same bytes as ever, and nobody who stalls holds them."""

import asyncio
import socket
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import orjson
import pytest
from structlog.testing import capture_logs

from app.settings import Settings
from tests.adversity.server_process import ServerProcess, server_process
from tests.postgres import Cluster
from tests.problem import assert_problem
from tests.serving import Served, serving_reports, until

MOST_MIB = 150 * 10**6 / 2**20
STALLED = 20
BEGUN_BYTES = 1024

LARGE = """
select i,
    repeat(
        case i when 1 then 'plain ' when 2 then 'say "x", ' else E'line\n\\\\ é😀' end, 60000
    ) as a,
    case i when 3 then null else i / 2.0 end as b,
    jsonb_build_object('k', repeat(E'"],["\n', 90000)) as c,
    array_fill(i, array[80000]) as d
from generate_series(1, 4) as i
"""
# 24 MB of JSON a row: a control character is six bytes of it.
CONTROL = "select i, repeat(chr(1), 4000000) as a from generate_series(1, 3) as i"

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(settings: Settings) -> Settings:
    assert settings.reports is not None
    for name, query in {"large": LARGE, "control": CONTROL}.items():
        (settings.reports / f"{name}.sql").write_text(query)
    return settings


async def rows_of_stream(server: Served, run: str) -> list[list[str | None]]:
    """The run's rows as a follower has them."""
    events = await server.events(f"/api/runs/{run}/stream")
    chunks = [orjson.loads(event.data)["rows"] for event in events if event.type == "chunk"]
    return [row for rows in chunks for row in rows]


def psql_copy(postgres: Cluster) -> bytes:
    """The rows as PostgreSQL's own CSV, printed by psql."""
    copy = f"copy ({LARGE}) to stdout (format csv, header)"
    command = [postgres.binaries / "psql", postgres.url(), "-qXAt", "-c", copy]
    return subprocess.run(command, check=True, capture_output=True).stdout


async def test_the_csv_of_large_rows_is_psqls_byte_for_byte(
    server: Served, postgres: Cluster
) -> None:
    run = await server.finished("large")

    answer = await server.client.get(f"/api/runs/{run}/rows.csv")

    assert answer.content == psql_copy(postgres)


async def test_the_objects_of_large_rows_have_every_value(server: Served) -> None:
    run = await server.finished("large")
    rows = [
        {
            "i": int(i or 0),
            "a": a,
            "b": b and float(b),
            "c": orjson.loads(c or ""),
            "d": d,
        }
        for i, a, b, c, d in await rows_of_stream(server, run)
    ]

    listed = await server.client.get(f"/api/runs/{run}/rows.json")
    lines = await server.client.get(f"/api/runs/{run}/rows.ndjson")

    assert orjson.loads(listed.content) == rows
    assert [orjson.loads(line) for line in lines.content.splitlines()] == rows


async def test_a_large_chunk_is_the_json_of_its_event(server: Served) -> None:
    run = await server.finished("large")
    events = await server.events(f"/api/runs/{run}/stream")
    chunks = [event.data for event in events if event.type == "chunk"]

    answers = [
        await server.client.get(f"/api/runs/{run}/chunks/{number + 1}")
        for number in range(len(chunks))
    ]

    assert [answer.text for answer in answers] == chunks
    assert {answer.headers["content-type"] for answer in answers} == {"application/json"}
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)


async def test_a_damaged_large_chunk_is_a_problem(server: Served, settings: Settings) -> None:
    run = await server.finished("control")
    path = settings.data / "backlog" / f"{run}.zst"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    assert_problem(await server.client.get(f"/api/runs/{run}/chunks/2"), "storage")
    assert (await server.client.get(f"/api/runs/{run}/chunks/1")).status_code == 200


async def test_a_client_that_takes_nothing_of_a_large_chunk_is_dropped(settings: Settings) -> None:
    async with serving_reports(replace(settings, send_timeout=0.3)) as server:
        run = await server.finished("control")
        await until(lambda: not server.runs.locals, "the saving of the run")
        port = int(server.url.rpartition(":")[2])
        with capture_logs() as logs, stalled(port, f"/api/runs/{run}/chunks/1", 1):
            await until(lambda: bool(logs), "the drop")

    assert [entry["event"] for entry in logs] == ["download_dropped"]


@contextmanager
def stalled(port: int, path: str, count: int) -> Generator[list[socket.socket]]:
    """So many clients that ask and take nothing by themselves."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with ExitStack() as stack:
        clients: list[socket.socket] = []
        for _ in range(count):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", port))
            client.setblocking(False)
            client.sendall(request)
            clients.append(client)
        yield clients


async def begun(client: socket.socket) -> None:
    """Its body has begun, so what is sent next has been made."""
    left = BEGUN_BYTES
    while left:
        data = await asyncio.get_running_loop().sock_recv(client, left)
        assert data, "the server cut the answer"
        left -= len(data)


@pytest.mark.parametrize("path", ["chunks/1", "rows.csv", "rows.json", "rows.ndjson"])
async def test_many_clients_that_stall_on_rows_of_24_mb_hold_little(
    settings: Settings, path: str
) -> None:
    async with server_process(settings) as server:
        run = await finished(server, "control")
        with stalled(server.port, f"/api/runs/{run}/{path}", STALLED) as clients:
            await asyncio.wait_for(asyncio.gather(*map(begun, clients)), 50)

            assert server.peak_mib < MOST_MIB


async def finished(server: ServerProcess, report: str) -> str:
    run = await server.start(report)
    await server.read_through(run, "zstd")
    return run
