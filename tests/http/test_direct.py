"""Direct downloads: a report's rows as a file that is sent while PostgreSQL reads them."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from app.settings import Settings
from tests.http.test_downloads import EXTENSIONS, download, psql_copy, stalled
from tests.postgres import Cluster
from tests.problem import assert_problem
from tests.serving import Served, serving_reports, until

LATE = """-- title = "Divides by zero after 50,000 rows"
select i as n, 1 / (50000 - i) as quotient, 'secret' as word from generate_series(1, 100000) as i
"""
WIDE = """-- title = "Many bytes"
-- parameters = [{ name = "n", label = "How many", default = 200000 }]
select i as n, repeat('x', 100) as text from generate_series(1, $1::int) as i
"""
BUSY = "select count(*) from pg_stat_activity where application_name ~ '^rowstream [0-9a-f]{8}$'"
KEPT = "select count(*) from rowstream.run"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    assert settings.reports is not None
    (settings.reports / "late.sql").write_text(LATE)
    (settings.reports / "wide.sql").write_text(WIDE)
    return settings


@pytest.fixture
async def database(database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    made = await asyncpg.connect(database_url)
    yield made
    await made.close()


async def until_none(database: "asyncpg.Connection[asyncpg.Record]", count: str) -> None:
    async with asyncio.timeout(10):
        while await database.fetchval(count):  # noqa: ASYNC110  (nobody tells)
            await asyncio.sleep(0.01)


async def got(server: Served, path: str) -> bytes:
    answer = await server.client.get(f"/api/reports/{path}")
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("report", ["difficult", "alone", "empty"])
async def test_csv_is_psqls_byte_for_byte(server: Served, postgres: Cluster, report: str) -> None:
    assert await got(server, f"{report}/rows.csv") == psql_copy(postgres, report)


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("report", ["difficult", "alone", "empty", "numbers"])
async def test_the_file_is_the_one_of_a_finished_run(
    server: Served, report: str, extension: str
) -> None:
    kept = await download(server, await server.finished(report), extension)

    assert await got(server, f"{report}/rows.{extension}") == kept.content


@pytest.mark.parametrize("extension", EXTENSIONS)
async def test_it_is_sent_as_a_file_of_its_reports_name(server: Served, extension: str) -> None:
    answer = await server.client.get(f"/api/reports/numbers/rows.{extension}?n=1")
    kept = await download(server, await server.finished(n=1), extension)

    for header in ("content-type", "content-disposition", "content-security-policy"):
        assert answer.headers[header] == kept.headers[header]
    assert answer.headers["cache-control"] == "no-store, no-transform"


async def test_arguments_filters_sort_and_columns_are_a_runs(server: Served) -> None:
    asked = "n=100&where=number.gt.5&order=number.desc&columns=text,number&limit=2"

    assert await got(server, f"numbers/rows.csv?{asked}") == (
        b"text,number\nrow 100,100\nrow 99,99\n"
    )


async def test_csv_is_written_as_it_is_asked_for(server: Served) -> None:
    asked = "n=1&delimiter=%3B&quoteChar='&header=no&bom=yes&spreadsheet_safe=yes"
    answer = await server.client.get(f"/api/reports/numbers/rows.csv?{asked}")

    assert answer.content == b"\xef\xbb\xbf1;row 1;\n"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=absent"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("nope/rows.csv", "not_found"),
        ("numbers/rows.xlsx", "not_found"),
        ("numbers/rows.", "not_found"),
        ("numbers/rows.csv?n=x", "invalid_argument"),
        ("numbers/rows.csv?m=1", "invalid_argument"),
        ("numbers/rows.csv?n=1&n=2", "invalid_argument"),
        ("numbers/rows.csv?where=nope.eq.1", "invalid_argument"),
        ("numbers/rows.csv?delimiter=ab", "invalid_argument"),
        ("numbers/rows.csv?delimiter=%0A", "invalid_argument"),
        ("numbers/rows.csv?delimiter=a&quoteChar=a", "invalid_argument"),
        ("numbers/rows.csv?header=perhaps", "invalid_argument"),
        ("numbers/rows.json?delimiter=;", "invalid_argument"),
        ("broken/rows.csv", "report_broken"),
    ],
)
async def test_what_refuses_a_run_is_the_answer(server: Served, path: str, code: str) -> None:
    assert_problem(await server.client.get(f"/api/reports/{path}"), code)


async def test_head_says_what_comes_and_starts_nothing(
    server: Served, database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    answer = await server.client.head("/api/reports/sleeping/rows.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert "content-length" not in answer.headers
    assert await database.fetchval(KEPT) == 0


async def test_it_counts_as_a_run_while_it_lasts_and_is_not_kept(
    settings: Settings, database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with serving_reports(replace(settings, runs_per_owner=1)) as server:
        async with server.client.stream("GET", "/api/reports/sleeping/rows.csv") as answer:
            lines = answer.aiter_lines()  # held, since its end would be the client's leaving
            assert await anext(lines) == "slept"
            refused = await server.client.get("/api/reports/numbers/rows.csv")
            [listed] = assert_problem(refused, "too_many_runs")["runs"]
            assert listed["report"] == "sleeping"

        await until_none(database, KEPT)
        await got(server, "numbers/rows.csv")
        await until_none(database, KEPT)
        assert server.runs.locals == {}
        assert list((settings.data / "backlog").iterdir()) == []


async def test_it_waits_in_line_and_is_refused_where_that_is_full(settings: Settings) -> None:
    async with serving_reports(replace(settings, pool=1, queue=1)) as server:
        first = await server.start("sleeping")
        waiting = asyncio.create_task(got(server, "numbers/rows.csv?n=1"))
        await until(lambda: len(server.runs.locals) == 2, "the second run")
        assert_problem(await server.client.get("/api/reports/numbers/rows.csv"), "busy")
        assert not waiting.done()

        await server.client.delete(f"/api/runs/{first}")

        assert await waiting == b"number,text,nothing\n1,row 1,\n"


async def test_a_download_that_is_cancelled_in_line_says_so(settings: Settings) -> None:
    async with serving_reports(replace(settings, pool=1)) as server:
        await server.start("sleeping")
        waiting = asyncio.create_task(server.client.get("/api/reports/numbers/rows.csv"))
        await until(lambda: len(server.runs.locals) == 2, "the second run")
        [_, run] = server.runs.locals
        await server.client.delete(f"/api/runs/{run}")

        assert_problem(await waiting, "interrupted")


async def test_a_server_that_stops_starts_none(server: Served) -> None:
    server.stop.begin()

    assert_problem(await server.client.get("/api/reports/numbers/rows.csv"), "stopping")


async def test_the_header_comes_before_the_first_row(
    server: Served, database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with server.client.stream("GET", "/api/reports/sleeping/rows.csv") as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == "slept"
        assert await database.fetchval(BUSY) == 1


async def test_a_client_that_leaves_ends_the_statement(
    server: Served, database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with server.client.stream("GET", "/api/reports/sleeping/rows.json") as answer:
        await anext(answer.aiter_raw())

    await until_none(database, f"{BUSY} and state = 'active'")
    await until_none(database, KEPT)


@pytest.mark.parametrize("extension", EXTENSIONS)
async def test_a_failure_in_the_middle_cuts_the_download(server: Served, extension: str) -> None:
    with capture_logs() as logs, pytest.raises(httpx.ReadError):
        await server.client.get(f"/api/reports/late/rows.{extension}")
    await until(lambda: any(each["event"] == "download_cut" for each in logs), "the line")

    [cut] = [each for each in logs if each["event"] == "download_cut"]
    assert (cut["report"], cut["code"]) == ("late", "query_failed")
    assert "secret" not in str(logs)


async def test_curl_sees_that_the_file_is_not_whole(server: Served) -> None:
    curl = await asyncio.create_subprocess_exec(
        "curl",
        "-sS",
        f"{server.url}/api/reports/late/rows.csv",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, _ = await curl.communicate()

    assert curl.returncode == 56  # "failure with receiving network data" (man curl)
    assert out.startswith(b"n,quotient,word\n1,0,secret\n")


async def test_a_run_that_is_cancelled_cuts_its_download(server: Served) -> None:
    async with server.client.stream("GET", "/api/reports/slow/rows.csv") as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        [run] = server.runs.locals
        cancelled = await server.client.delete(f"/api/runs/{run}")
        assert cancelled.json()["status"] == "cancelled"
        with pytest.raises(httpx.ReadError):
            [_ async for _ in lines]


async def test_a_stop_cuts_the_download(server: Served) -> None:
    async with server.client.stream("GET", "/api/reports/slow/rows.csv") as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        await server.runs.interrupt_all()
        with pytest.raises(httpx.ReadError):
            [_ async for _ in lines]


async def test_a_slow_client_holds_no_connection(
    server: Served, database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    with stalled(server.url, "/api/reports/wide/rows.csv"):
        await until(lambda: bool(server.runs.locals), "the run")
        await until_none(database, BUSY)
        assert server.runs.active == 1


async def test_postgresql_waits_where_there_is_no_more_room(
    settings: Settings, database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    room = 2**20
    async with serving_reports(replace(settings, backlog_run_bytes=room)) as server:
        with stalled(server.url, "/api/reports/wide/rows.csv?n=2000000"):
            await until(lambda: bool(server.runs.locals), "the run")
            [local] = server.runs.locals.values()
            await until(lambda: local.runner.run.bytes >= room, "the filling")
            assert await database.fetchval(f"{BUSY} and wait_event = 'ClientWrite'") in (0, 1)
            assert local.runner.run.bytes < room + 2**16
        await until_none(database, f"{BUSY} and state = 'active'")


@pytest.mark.parametrize("room", [1000, 70_001])
async def test_a_file_that_is_larger_than_its_room_is_whole(settings: Settings, room: int) -> None:
    async with serving_reports(replace(settings, backlog_run_bytes=room)) as server:
        lines = (await got(server, "wide/rows.csv?n=5000")).splitlines()

    assert lines[1:] == [b"%d,%b" % (n, b"x" * 100) for n in range(1, 5001)]


async def test_a_client_that_takes_nothing_is_dropped_after_the_send_timeout(
    settings: Settings, database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with serving_reports(replace(settings, send_timeout=0.3)) as server:
        with capture_logs() as logs, stalled(server.url, "/api/reports/wide/rows.csv"):
            await until(lambda: "download_dropped" in [each["event"] for each in logs], "the drop")
            await until_none(database, KEPT)


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_a_link_on_our_own_page_starts_it(server: Served, site: str) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    answer = await server.client.get("/api/reports/empty/rows.csv", headers=headers)

    assert answer.content == b"one\n"


async def test_a_link_on_a_foreign_page_does_not(server: Served) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    answer = await server.client.get("/api/reports/empty/rows.csv", headers=headers)

    assert_problem(answer, "forbidden")
