"""Runs over HTTP: start, look, list, follow, cancel."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import httpx
import orjson
import pytest

from app.runs.run import new_run_id
from app.settings import Settings
from tests.problem import assert_problem
from tests.serving import Served, serving_reports, until

RUN_KEYS = [
    *("run", "report", "title", "arguments", "query", "status", "stage", "position", "rows"),
    *("chunks", "total", "total_kind", "progress", "reader", "reader_reason", "created_at"),
    *("started_at", "finished_at", "expires_at", "elapsed_ms", "reason", "error", "links"),
]


async def looked_at(client: httpx.AsyncClient, run: str) -> dict[str, Any]:
    return (await client.get(f"/api/runs/{run}")).json()


async def test_a_post_starts_a_run_and_says_where_it_is(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/reports/numbers/runs", json={"arguments": {"n": 3}})

    run = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/runs/{run['run']}")
    assert list(run) == RUN_KEYS
    assert run["arguments"] == {"n": "3"}


async def test_a_run_is_told_with_its_columns(server: Served) -> None:
    run = await looked_at(server.client, await server.finished(n=3))

    assert (run["status"], run["rows"], run["progress"]) == ("completed", 3, 100)
    assert [column["name"] for column in run["columns"]] == ["number", "text", "nothing"]


async def test_the_query_string_starts_the_same_run_as_a_body(client: httpx.AsyncClient) -> None:
    where = "number.gt.5"
    by_query = await client.post(f"/api/reports/numbers/runs?n=7&where={where}&limit=1")
    body = {"arguments": {"n": 7}, "where": [where], "limit": 1}
    by_body = await client.post("/api/reports/numbers/runs", json=body)

    first, second = by_query.json(), by_body.json()
    assert (first["arguments"], first["query"]) == (second["arguments"], second["query"])
    assert first["query"] == {"where": [where], "limit": 1}


async def test_arguments_in_both_places_are_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/reports/numbers/runs?n=7", json={"arguments": {"n": 7}})

    assert "not in both" in assert_problem(answer, "invalid_argument")["detail"]


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"content-type": "text/plain"}, b"{}", 415),
        ({}, b"{}", 415),
        ({"content-type": "application/json", "content-encoding": "gzip"}, b"{}", 415),
        ({"content-type": "application/json"}, b" " * 65_537, 413),
    ],
)
async def test_a_body_that_is_not_small_plain_json_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str], content: bytes, status: int
) -> None:
    answer = await client.post("/api/reports/empty/runs", headers=headers, content=content)

    assert_problem(answer, "bad_request", status)


async def test_what_was_wrong_is_named(client: httpx.AsyncClient) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "Unknown parameter 'm'": {"arguments": {"m": 1}},
        "parameter 'n'": {"arguments": {"n": "many"}},
        "nope": {"columns": ["nope"]},
        "number": {"where": ["number.gt.x"]},
        "nor": {"order": ["nor"]},
        "limit": {"limit": 0},
        "Mars": {"timezone": "Mars"},
        "argument": {"argument": {}},
    }
    for words, body in wrong.items():
        answer = await client.post("/api/reports/numbers/runs", json=body)
        assert words in assert_problem(answer, "invalid_argument")["detail"]


async def test_a_report_that_is_not_there_cannot_be_started(client: httpx.AsyncClient) -> None:
    assert_problem(await client.post("/api/reports/nope/runs"), "not_found")
    assert_problem(await client.get("/api/reports/stream/nope"), "not_found")


async def test_a_broken_report_is_told_before_the_stream(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/api/reports/stream/broken"), "report_broken")


async def test_a_failure_after_the_start_is_the_same_object_in_the_stream(server: Served) -> None:
    events = await server.events("/api/reports/stream/breaks")

    final = orjson.loads(events[-1].data)
    run = await looked_at(server.client, events[-1].id.partition(".")[0])
    assert events[-1].type == "failed"
    assert final["error"] == run["error"]
    assert final["error"]["code"] == "query_failed"


async def test_an_unknown_run_is_one_and_the_same_404(client: httpx.AsyncClient) -> None:
    for run in (str(new_run_id()), "garbage", "%2e%2e", "a" * 300):
        for rest in ("", "/stream", "/chunks", "/chunks/1", "/rows.csv"):
            problem = assert_problem(await client.get(f"/api/runs/{run}{rest}"), "not_found")
            assert problem["detail"] == "There is no such run."


async def test_runs_are_listed_newest_first(server: Served) -> None:
    started = [await server.start("empty") for _ in range(3)]

    listed = (await server.client.get("/api/runs")).json()["runs"]

    assert [run["run"] for run in listed] == started[::-1]


async def test_runs_are_listed_to_the_cookie_that_started_them(server: Served) -> None:
    async with httpx.AsyncClient(base_url=server.url) as reader:
        await reader.get("/")
        started = (await reader.post("/api/reports/empty/runs")).json()["run"]
        mine, theirs = [await who.get("/api/runs") for who in (reader, server.client)]

    assert [run["run"] for run in mine.json()["runs"]] == [started]
    assert theirs.json() == {"runs": []}


async def test_runs_are_not_listed_through_a_proxy_without_a_cookie(server: Served) -> None:
    await server.start("empty")

    listed = await server.client.get("/api/runs", headers={"x-forwarded-for": "192.0.2.7"})

    assert listed.json() == {"runs": []}


async def test_one_run_too_many_lists_those_in_progress(server: Served) -> None:
    started = {await server.start("sleeping") for _ in range(5)}

    answer = await server.client.post("/api/reports/numbers/runs")

    problem = assert_problem(answer, "too_many_runs")
    assert {run["run"] for run in problem["runs"]} == started
    assert all(run["links"]["cancel"].endswith(run["run"]) for run in problem["runs"])


async def test_one_run_too_many_lists_nothing_to_who_may_not_list(server: Served) -> None:
    headers = {"x-forwarded-for": "192.0.2.7"}
    for _ in range(5):
        await server.client.post("/api/reports/sleeping/runs", headers=headers)

    answer = await server.client.post("/api/reports/numbers/runs", headers=headers)

    assert "runs" not in assert_problem(answer, "too_many_runs")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/reports/cancel/{run}"), ("DELETE", "/api/runs/{run}")]
)
async def test_cancel_ends_the_run_and_can_be_repeated(
    server: Served, method: str, path: str
) -> None:
    run = await server.start("slow")

    first, second = [await server.client.request(method, path.format(run=run)) for _ in range(2)]

    assert (first.status_code, first.json()["status"], first.json()["reason"]) == (
        200,
        "cancelled",
        "user",
    )
    assert second.json() == {**first.json(), "elapsed_ms": second.json()["elapsed_ms"]}


async def test_cancel_of_a_completed_run_changes_nothing(server: Served) -> None:
    run = await server.finished(n=1)

    answer = await server.client.delete(f"/api/runs/{run}")

    assert (answer.status_code, answer.json()["status"]) == (200, "completed")


async def test_while_the_server_drains_starts_are_refused_and_all_else_is_served(
    server: Served,
) -> None:
    run = await server.finished(n=1)
    server.stop.begin()

    assert_problem(await server.client.post("/api/reports/numbers/runs"), "stopping")
    assert_problem(await server.client.get("/api/reports/stream/numbers"), "stopping")
    assert_problem(await server.client.get("/ready"), "stopping")
    assert (await server.client.get(f"/api/runs/{run}")).status_code == 200


async def test_a_look_at_a_run_counts_as_following_and_head_does_not(server: Served) -> None:
    run = await server.start("sleeping")
    server.runs.take_seen()

    await server.client.head(f"/api/runs/{run}")
    unseen = server.runs.take_seen()
    await server.client.get(f"/api/runs/{run}")

    assert (unseen, server.runs.take_seen()) == (set(), {run})


async def test_a_reconnect_to_the_starting_address_resumes_the_lost_run(server: Served) -> None:
    path = "/api/reports/stream/numbers?n=2500"
    whole = await server.events(path)

    rest = await server.events(path, **{"Last-Event-ID": whole[2].id})

    assert rest == whole[3:]
    assert len((await server.client.get("/api/runs")).json()["runs"]) == 1


async def test_a_reconnect_after_the_final_event_is_204(server: Served) -> None:
    last = (await server.events("/api/reports/stream/numbers?n=1"))[-1].id
    run, _, number = last.partition(".")

    for path, headers in [
        ("/api/reports/stream/numbers?n=1", {"Last-Event-ID": last}),
        (f"/api/runs/{run}/stream", {"Last-Event-ID": last}),
        (f"/api/runs/{run}/stream?after={number}", {}),
    ]:
        assert (await server.client.get(path, headers=headers)).status_code == 204


async def test_an_id_of_another_report_run_or_time_is_refused(server: Served) -> None:
    last = (await server.events("/api/reports/stream/numbers?n=1"))[-1].id
    run, other = last.partition(".")[0], await server.finished("empty")

    for path, given in [
        ("/api/reports/stream/empty", last),
        (f"/api/runs/{other}/stream", last),
        (f"/api/runs/{run}/stream", f"{run}.999"),
        (f"/api/runs/{run}/stream", "garbage"),
        ("/api/reports/stream/numbers", "garbage"),
    ]:
        answer = await server.client.get(path, headers={"Last-Event-ID": given})
        assert_problem(answer, "invalid_argument")


async def test_an_expired_run_is_gone(server: Served, settings: Settings) -> None:
    run = await server.finished(n=1)
    await until(lambda: not server.runs.locals, "the saving of the run")
    for path in (settings.data / "backlog").glob(f"{run}.*"):
        path.unlink()

    for rest in ("", "/stream", "/chunks", "/chunks/1", "/rows.csv"):
        assert_problem(await server.client.get(f"/api/runs/{run}{rest}"), "gone")


async def test_the_events_of_a_run_are_numbered_and_end(server: Served) -> None:
    events = await server.events("/api/reports/stream/numbers?n=2500")

    numbered = [int(event.id.rpartition(".")[2]) for event in events]
    assert numbered == list(range(1, len(events) + 1))
    assert [event.type for event in events if event.type != "progress"] == [
        *("run", "columns", "chunk", "chunk", "chunk", "completed")
    ]


def test_the_ids_of_runs_are_random() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-.{4}-[0-9a-f]{12}", new_run_id())


@pytest.fixture
async def reader_url(database_url: str) -> AsyncIterator[str]:
    """The database as a role that may not read the schema `secret`."""
    role, parts = f"reader_{uuid4().hex}", urlsplit(database_url)
    connection = await asyncpg.connect(database_url)
    await connection.execute("create schema secret; create table secret.secret ()")
    await connection.execute(f"create role {role} login password 'r'")
    yield urlunsplit(parts._replace(netloc=f"{role}:r@{parts.hostname}:{parts.port}"))
    await connection.execute(f"drop role {role}")
    await connection.close()


async def test_what_postgresql_does_not_let_the_reader_see_is_forbidden(
    settings: Settings, reader_url: str
) -> None:
    theirs = replace(settings, database_url=reader_url)
    async with serving_reports(theirs) as server:
        for path in ("/api/reports/forbidden", "/api/reports/stream/forbidden"):
            answer = await server.client.get(path)
            assert "secret" not in assert_problem(answer, "forbidden")["detail"]
