"""Downloads of the rows so far, and chunks by number."""

import json
import os
import socket
import subprocess
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import orjson
import psutil
import pytest
from structlog.testing import capture_logs

from app.settings import Settings
from tests.postgres import Cluster
from tests.problem import assert_problem
from tests.serving import REPORTS, Served, serving_reports, until

EXTENSIONS = ["csv", "json", "ndjson"]


def psql_copy(postgres: Cluster, report: str) -> bytes:
    """The report's rows as PostgreSQL's own CSV, printed by psql."""
    copy = f"copy ({REPORTS[report]}) to stdout (format csv, header)"
    command = [postgres.binaries / "psql", postgres.url(), "-qXAt", "-c", copy]
    return subprocess.run(command, check=True, capture_output=True).stdout


async def download(server: Served, run: str, extension: str) -> httpx.Response:
    answer = await server.client.get(f"/api/runs/{run}/rows.{extension}")
    assert answer.status_code == 200, answer.text
    return answer


async def partial(server: Served) -> str:
    """The id of a run that was cancelled when it had rows."""
    run = await server.start("slow")
    async with server.client.stream("GET", f"/api/runs/{run}/stream") as answer:
        async for line in answer.aiter_lines():
            if line == "event: chunk":
                break
    await server.client.delete(f"/api/runs/{run}")
    return run


@pytest.mark.parametrize("report", ["difficult", "alone", "empty"])
async def test_csv_is_psqls_byte_for_byte(server: Served, postgres: Cluster, report: str) -> None:
    answer = await download(server, await server.finished(report), "csv")

    assert answer.content == psql_copy(postgres, report)


async def test_json_rows_are_objects_with_every_value_in_its_place(server: Served) -> None:
    rows = (await download(server, await server.finished("difficult"), "json")).json()

    assert list(rows[0]) == [
        *("n", "a", "a_2", 'quo"te', "comma,", "\n", "json", "?column?", "__proto__")
    ]
    assert rows[4]["n"] == 9007199254740993
    assert [row["\n"] for row in rows] == ["-Infinity", 1e-30, 1.5, 0, "NaN"]
    assert [row["comma,"] for row in rows] == [None, True, True, True, False]


async def test_ndjson_has_the_same_objects_one_on_each_line(server: Served) -> None:
    run = await server.finished("difficult")

    lines = (await download(server, run, "ndjson")).content.split(b"\n")

    rows = (await download(server, run, "json")).json()
    assert [json.loads(line) for line in lines[:-1]] == rows


@pytest.mark.parametrize("extension", EXTENSIONS)
async def test_a_whole_file_has_its_reports_name(server: Served, extension: str) -> None:
    answer = await download(server, await server.finished(n=3), extension)

    name = f"numbers.{extension}"
    expected = f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    assert answer.headers["content-disposition"] == expected
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("extension", EXTENSIONS)
async def test_a_partial_file_says_so_in_its_name_and_has_the_rows_so_far(
    server: Served, extension: str
) -> None:
    run = await partial(server)
    rows = (await server.client.get(f"/api/runs/{run}")).json()["rows"]

    answer = await download(server, run, extension)

    assert f'"slow-partial.{extension}"' in answer.headers["content-disposition"]
    assert answer.content.count(b"\n") == rows + {"csv": 1, "json": 2, "ndjson": 0}[extension]


async def test_rows_of_many_chunks_are_in_order(server: Served) -> None:
    answer = await download(server, await server.finished(n=4321), "csv")

    numbers = [int(line.partition(b",")[0]) for line in answer.content.splitlines()[1:]]
    assert numbers == list(range(1, 4322))


async def test_a_format_that_is_not_there_names_those_that_are(server: Served) -> None:
    answer = await server.client.get(f"/api/runs/{await server.start('empty')}/rows.xlsx")

    assert "csv, json, ndjson" in assert_problem(answer, "not_found")["detail"]


async def test_head_of_a_download_has_its_headers(server: Served) -> None:
    answer = await server.client.head(f"/api/runs/{await server.finished(n=3)}/rows.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"


def flip(settings: Settings, run: str, *, at: float) -> None:
    """Change one byte of the backlog, `at` of the way through it."""
    path = settings.data / "backlog" / f"{run}.zst"
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 1
    path.write_bytes(content)


async def test_damage_in_the_middle_cuts_the_download(server: Served, settings: Settings) -> None:
    run = await server.finished(n=20_000)
    flip(settings, run, at=0.6)

    with capture_logs() as logs, pytest.raises(httpx.ReadError):
        await download(server, run, "csv")

    assert [entry["event"] for entry in logs] == ["download_cut"]


async def test_damage_at_the_beginning_is_a_problem(server: Served, settings: Settings) -> None:
    run = await server.finished(n=20_000)
    flip(settings, run, at=0.05)

    assert_problem(await server.client.get(f"/api/runs/{run}/rows.csv"), "storage")
    assert_problem(await server.client.get(f"/api/runs/{run}/chunks/1"), "storage")


async def test_a_torn_tail_of_a_completed_run_is_not_a_shorter_file(
    server: Served, settings: Settings
) -> None:
    run = await server.finished(n=20_000)
    index = settings.data / "backlog" / f"{run}.idx"
    os.truncate(index, index.stat().st_size // 2)

    assert_problem(await server.client.get(f"/api/runs/{run}/rows.csv"), "storage")


async def test_a_client_that_leaves_frees_the_backlog(server: Served, settings: Settings) -> None:
    run = await server.finished(n=200_000)
    before = backlog_files(settings)
    with stalled(server.url, f"/api/runs/{run}/rows.json"):
        await until(lambda: backlog_files(settings) > before, "the download")
        assert server.runs.followers == 1

    await until(lambda: backlog_files(settings) == before, "the end of the download")
    assert server.runs.followers == 0


async def test_a_client_that_reads_nothing_is_dropped_after_the_send_timeout(
    settings: Settings,
) -> None:
    async with serving_reports(replace(settings, send_timeout=0.3)) as server:
        run = await server.finished(n=200_000)
        await until(lambda: not server.runs.locals, "the saving of the run")
        with capture_logs() as logs, stalled(server.url, f"/api/runs/{run}/rows.json"):
            await until(lambda: bool(logs), "the drop")

    assert [entry["event"] for entry in logs] == ["download_dropped"]


def stalled(url: str, path: str) -> socket.socket:
    """A client that asks and then reads nothing."""
    parts = urlsplit(url)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((parts.hostname, parts.port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    return client


def backlog_files(settings: Settings) -> int:
    """How many files of backlogs this process has open."""
    folder = str(settings.data / "backlog")
    return sum(each.path.startswith(folder) for each in psutil.Process().open_files())


async def test_the_index_says_which_row_each_chunk_begins_with(server: Served) -> None:
    events = await server.events("/api/reports/stream/numbers?n=2500")
    run, _, last = events[-1].id.partition(".")

    answer = await server.client.get(f"/api/runs/{run}/chunks")

    whole = {"rows": 2500, "complete": True, "event": int(last), "first_rows": [0, 1000, 2000]}
    assert answer.json() == whole


async def test_the_index_of_later_chunks_tells_of_them_alone(server: Served) -> None:
    path = f"/api/runs/{await server.finished(n=2500)}/chunks"
    whole = (await server.client.get(path)).json()

    for after in range(5):
        answer = await server.client.get(path, params={"after": after})
        assert answer.json() == {**whole, "first_rows": [0, 1000, 2000][after:]}


async def test_the_index_of_a_run_in_progress_and_what_follows_its_event_are_all_chunks(
    server: Served,
) -> None:
    run = await server.start("slow")
    path, known, last = f"/api/runs/{run}/chunks", list[int](), 0
    while len(known) < 5:
        answer = (await server.client.get(path, params={"after": len(known)})).json()
        assert not answer["complete"]
        known, last = known + answer["first_rows"], answer["event"]
    await server.client.delete(f"/api/runs/{run}")

    later = await server.events(f"/api/runs/{run}/stream?after={last}")
    known += [orjson.loads(each.data)["first_row"] for each in later if each.type == "chunk"]
    assert known == (await server.client.get(path)).json()["first_rows"]


@pytest.mark.parametrize("after", ["-1", "x", "", "1.0", "٣", "9" * 5000, "1&after=2"])
async def test_an_index_after_no_chunk_number_is_refused(server: Served, after: str) -> None:
    run = await server.finished(n=1)

    answer = await server.client.get(f"/api/runs/{run}/chunks?after={after}")

    assert_problem(answer, "invalid_argument")


async def test_a_chunk_is_the_json_of_its_event(server: Served) -> None:
    events = await server.events("/api/reports/stream/numbers?n=2500")
    run = events[0].id.partition(".")[0]

    answer = await server.client.get(f"/api/runs/{run}/chunks/3")

    assert answer.text == [event.data for event in events if event.type == "chunk"][2]
    assert orjson.loads(answer.content)["first_row"] == 2000


async def test_a_chunk_may_be_kept_for_the_rest_of_its_life(server: Served) -> None:
    answer = await server.client.get(f"/api/runs/{await server.finished(n=1)}/chunks/1")

    private, age, immutable = answer.headers["cache-control"].split(", ")
    assert (private, immutable) == ("private", "immutable")
    assert 3500 < int(age.removeprefix("max-age=")) <= 3600


async def test_a_chunk_that_is_not_there_is_not_kept_as_missing(server: Served) -> None:
    run = await server.finished(n=2500)

    for chunk in ("0", "4", "-1", "x", "1.0", "٣", "9" * 5000):
        assert_problem(await server.client.get(f"/api/runs/{run}/chunks/{chunk}"), "not_found")
