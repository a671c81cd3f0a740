"""Pages of others, foreign names, prefetches and HEAD start and end nothing, on every route.

The table of routes has to stand here as well: a new one without an entry fails.
"""

from typing import Literal

import httpx
import pytest

from app.web.routes import ADDRESSES
from tests.problem import assert_problem
from tests.serving import Served

Kind = Literal["reads", "acts"]
MATRIX: dict[str, Kind] = {
    "GET /": "reads",
    "GET /reports/{report}": "reads",
    "GET /static/{path:path}": "reads",
    "GET /health": "reads",
    "GET /ready": "reads",
    "GET /api/reports": "reads",
    "GET /api/reports/{report}": "reads",
    "GET /api/reports/stream/{report}": "acts",
    "POST /api/reports/cancel/{run}": "acts",
    "POST /api/reports/{report}/runs": "acts",
    "GET /api/reports/{report}/rows.{format}": "acts",
    "GET /api/runs": "reads",
    "GET /api/runs/{run}": "reads",
    "DELETE /api/runs/{run}": "acts",
    "GET /api/runs/{run}/stream": "reads",
    "GET /api/runs/{run}/chunks": "reads",
    "GET /api/runs/{run}/chunks/{chunk}": "reads",
    "GET /api/runs/{run}/rows.{format}": "reads",
    "GET /exports": "reads",
    "GET /api/exports": "reads",
    "GET /exports/{export}/status": "reads",
    "GET /exports/{export}/stream": "reads",
    "GET /exports/{export}/download": "reads",
    "POST /exports/{export}": "acts",
    "DELETE /exports/{export}": "acts",
}
ACTS = [route for route, kind in MATRIX.items() if kind == "acts"]
READS = [route for route, kind in MATRIX.items() if kind == "reads"]
FOREIGN = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"sec-purpose": "prefetch"},
    {"sec-purpose": "prefetch;prerender", "sec-fetch-site": "same-origin"},
    {"purpose": "prefetch"},
    {"x-moz": "prefetch"},
]


@pytest.fixture
async def run(server: Served) -> str:
    """A run in progress."""
    return await server.start("sleeping")


def request(client: httpx.AsyncClient, route: str, run: str, **headers: str) -> httpx.Request:
    method, path = route.split(" ")
    filled = path.replace("{path:path}", "icon.svg").format(
        report="numbers", run=run, chunk="1", format="csv", export="csv"
    )
    return client.build_request(method, filled, headers=headers)


async def status(client: httpx.AsyncClient, asked: httpx.Request) -> int:
    """The status alone: some bodies do not end."""
    answer = await client.send(asked, stream=True)
    await answer.aclose()
    return answer.status_code


async def runs(server: Served) -> list[tuple[str, str]]:
    """Our runs in progress. The cookie that a page gave would make us another owner."""
    server.client.cookies.clear()
    listed = (await server.client.get("/api/runs")).json()["runs"]
    return [(each["run"], each["report"]) for each in listed if not each["finished_at"]]


def test_the_matrix_has_every_route_and_says_which_act() -> None:
    table: dict[str, Kind] = {
        f"{method} {address.path}": "acts" if method in address.acts else "reads"
        for address in ADDRESSES
        for method in address.handlers
    }

    assert table == MATRIX
    assert {route for route in MATRIX if not route.startswith("GET")} <= set(ACTS)


async def test_a_foreign_page_or_a_prefetch_starts_and_ends_nothing(
    server: Served, run: str
) -> None:
    for route in ACTS:
        for headers in FOREIGN:
            asked = request(server.client, route, run, **headers)
            assert_problem(await server.client.send(asked), "forbidden")

    assert await runs(server) == [(run, "sleeping")]


async def test_a_foreign_name_gets_nothing_on_any_route(server: Served, run: str) -> None:
    for route in MATRIX:
        for host in ("evil.example", "localhost.evil.example:8000", ""):
            asked = request(server.client, route, run, host=host)
            assert_problem(await server.client.send(asked), "bad_request", 400)

    assert await runs(server) == [(run, "sleeping")]


async def test_reading_is_not_refused_to_foreign_pages(server: Served, run: str) -> None:
    """Their scripts cannot see the answer, and a link from elsewhere has to open."""
    for route in READS:
        here = await status(server.client, request(server.client, route, run))
        for headers in FOREIGN:
            asked = request(server.client, route, run, **headers)
            assert await status(server.client, asked) == here, route


async def test_head_answers_headers_and_starts_nothing(server: Served, run: str) -> None:
    for route in MATRIX:
        if route.startswith("GET"):
            asked = request(server.client, route.replace("GET", "HEAD"), run)
            answer = await server.client.send(asked)
            assert (answer.content, answer.is_server_error) == (b"", False), route

    assert await runs(server) == [(run, "sleeping")]


async def test_head_of_what_reads_has_the_status_of_get(server: Served, run: str) -> None:
    for route in READS:
        asked, head = (
            request(server.client, given, run) for given in (route, route.replace("GET", "HEAD"))
        )
        assert await status(server.client, head) == await status(server.client, asked), route


@pytest.mark.parametrize("path", ["/api/reports/stream/numbers", "/api/runs/{run}/stream"])
async def test_head_of_a_stream_has_the_streams_headers(
    path: str, client: httpx.AsyncClient, run: str
) -> None:
    answer = await client.head(path.format(run=run))

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store, no-transform"


async def test_head_of_a_report_that_is_not_there_says_so(client: httpx.AsyncClient) -> None:
    assert (await client.head("/api/reports/stream/nope")).status_code == 404


@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-site": "none"}, {"sec-fetch-site": "same-origin"}]
)
async def test_our_own_page_and_programs_start_runs(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.post("/api/reports/empty/runs", headers=headers)

    assert answer.status_code == 201


async def test_the_origin_of_our_own_page_starts_runs(server: Served) -> None:
    answer = await server.client.post("/api/reports/empty/runs", headers={"origin": server.url})

    assert answer.status_code == 201
