"""Pages, their files, the catalog as JSON, and the signs of life."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from app.web.headers import SECURITY_HEADERS
from tests.postgres import Cluster
from tests.problem import assert_problem
from tests.serving import REPORTS, Served, serving_reports

STATIC = Path(__file__).resolve().parents[2] / "static"
VERSIONED = re.compile(rb'"(/static/[0-9a-f]{16})/')
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def unversioned(page: bytes) -> bytes:
    """The page as its file is."""
    return VERSIONED.sub(rb'"/static/', page)


@pytest.mark.parametrize(
    ("path", "file"), [("/", "index.html"), ("/reports/numbers", "report.html")]
)
async def test_a_page_is_its_file_and_brings_the_owners_cookie(
    client: httpx.AsyncClient, path: str, file: str
) -> None:
    answer = await client.get(path)

    assert unversioned(answer.content) == (STATIC / file).read_bytes()
    assert answer.headers["set-cookie"].startswith("rowstream_owner=")
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_who_has_a_cookie_is_given_no_other(client: httpx.AsyncClient) -> None:
    await client.get("/")

    assert "set-cookie" not in (await client.get("/reports/numbers")).headers


async def test_the_page_of_a_report_that_is_not_there_is_404_and_explains_itself(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/reports/nope")

    assert answer.status_code == 404
    assert unversioned(answer.content) == (STATIC / "report.html").read_bytes()


async def test_a_person_at_a_wrong_address_gets_a_page(client: httpx.AsyncClient) -> None:
    for path in ("/reports/stream", "/reports/%3Cb%3E", "/nope", "/static/nope.js"):
        answer = await client.get(path, headers=BROWSER)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert '<a href="/">All reports</a>' in answer.text
        assert "<b>" not in answer.text


async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/", "/health", "/api/reports", "/api/nope", "/static/icon.svg"):
        answer = await client.get(path)
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


async def test_a_known_file_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/static/icon.svg")

    again = await client.get("/static/icon.svg", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["x-content-type-options"] == "nosniff"


async def test_the_files_of_a_page_are_kept_and_not_asked_for_again(
    client: httpx.AsyncClient,
) -> None:
    page = await client.get("/reports/numbers")
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)

    assert len(files) > 30
    for file in files:
        answer = await client.get(file)
        name = re.sub("^/static/[0-9a-f]{16}/", "", file)
        assert answer.content == (STATIC / name).read_bytes()
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_file_of_another_version_is_not_kept(client: httpx.AsyncClient) -> None:
    for path in ("/static/icon.svg", f"/static/{'0' * 16}/icon.svg"):
        answer = await client.get(path)
        assert answer.content == (STATIC / "icon.svg").read_bytes()
        assert answer.headers["cache-control"] == "no-cache"


async def test_each_file_has_its_type(client: httpx.AsyncClient) -> None:
    expected = {
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".svg": "image/svg+xml",
        ".html": "text/html; charset=utf-8",
    }
    for file in STATIC.rglob("*.*"):
        answer = await client.get(f"/static/{file.relative_to(STATIC)}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, expected[file.suffix])


async def test_nothing_but_files_of_the_folder_is_served(server: Served) -> None:
    for path in [
        *("../pyproject.toml", "%2e%2e/pyproject.toml", "..%2f..%2fetc/passwd", "%2fetc/passwd"),
        *("js", "", "js/../../README.md", "icon.svg%00.js", "js/theme.js%00", ".gitignore"),
        *(f"{'0' * 16}/{path}" for path in ("", "../../README.md", "%2fetc/passwd")),
    ]:
        url = httpx.URL(server.url, raw_path=f"/static/{path}".encode())
        assert_problem(await server.client.get(url), "not_found")


async def test_the_catalog_lists_what_can_be_run(client: httpx.AsyncClient) -> None:
    reports = (await client.get("/api/reports")).json()["reports"]

    assert [report["name"] for report in reports] == sorted(REPORTS)
    assert reports[-3]["title"] == "Numbers"


async def test_a_report_is_told_with_its_form_and_its_columns(client: httpx.AsyncClient) -> None:
    report = (await client.get("/api/reports/numbers")).json()

    assert [(each["name"], each["type"]) for each in report["parameters"]] == [("n", "integer")]
    assert [(each["name"], each["type"]) for each in report["columns"]] == [
        ("number", "integer"),
        ("text", "text"),
        ("nothing", "text"),
    ]


async def test_an_unknown_and_a_broken_report_say_so(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/api/reports/nope"), "not_found")
    assert_problem(await client.get("/api/reports/broken"), "report_broken")


async def test_the_server_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    for path in ("/health", "/ready"):
        assert (await client.get(path)).json() == {"status": "ok"}


@pytest.fixture
async def alone(settings: Settings, own_postgres: Cluster) -> AsyncIterator[Served]:
    """A server whose PostgreSQL the test may stop."""
    url = own_postgres.url()
    async with serving_reports(replace(settings, database_url=url, state_url=url)) as served:
        yield served
        own_postgres.start()


async def test_without_its_database_it_is_alive_but_not_ready(
    alone: Served, own_postgres: Cluster
) -> None:
    own_postgres.stop()

    assert_problem(await alone.client.get("/ready"), "database_unavailable", 503)
    assert (await alone.client.get("/health")).status_code == 200
    assert (await alone.client.get("/reports/numbers")).status_code == 200
