"""Every error has one form, whoever raises it and whenever."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from app.errors import ANSWERS, RowstreamError
from tests.problem import assert_problem
from tests.serving import serving, small_app

VALUE = "select secret from rows"


class Raises:
    """An endpoint that raises what it was given."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise self._error


async def answer_to(error: Exception, **headers: str) -> httpx.Response:
    app = small_app([Route("/api/here", Raises(error)), Route("/here", Raises(error))])
    path = "/here" if "accept" in headers else "/api/here"
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize("kind", ANSWERS)
async def test_every_error_is_answered_as_a_problem(kind: type[RowstreamError]) -> None:
    answer = await answer_to(kind("It did not work.", hint="Try another.", run="123"))

    problem = assert_problem(answer, kind.code)
    assert (problem["detail"], problem["hint"], problem["run"]) == (
        "It did not work.",
        "Try another.",
        "123",
    )


async def test_a_fault_of_ours_has_an_id_that_is_in_the_log_and_no_value_in_either() -> None:
    with capture_logs() as logs:
        answer = await answer_to(ValueError(VALUE))

    problem = assert_problem(answer, "internal")
    [entry] = [each for each in logs if each["event"] == "internal_error"]
    assert problem["id"] == entry["id"]
    assert VALUE not in answer.text + str(logs)


async def test_a_fault_names_its_place_in_the_log() -> None:
    with capture_logs() as logs:
        await answer_to(ValueError(VALUE))

    assert logs[0]["error"] == "ValueError"
    assert "test_error_shape.py" in logs[0]["where"][-1]


async def test_a_person_gets_a_page_instead() -> None:
    answer = await answer_to(RuntimeError("<b>"), accept="text/html,*/*;q=0.8")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Something went wrong on our side." in answer.text


async def test_an_answer_that_has_begun_is_cut_and_not_completed() -> None:
    async def begun(request: Request) -> Response:
        return Begun()

    app = small_app([Route("/api/here", begun)])
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            await client.get("/api/here")


class Begun(Response):
    """A response that fails after its first bytes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ValueError(VALUE)


@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/api/reports/", "/API/reports"])
async def test_an_unknown_address_is_a_problem(path: str) -> None:
    async with serving(small_app([])) as url, httpx.AsyncClient(base_url=url) as client:
        assert_problem(await client.get(path), "not_found")


async def test_a_wrong_method_is_told_the_right_ones() -> None:
    app = small_app([Route("/api/here", Raises(ValueError()), methods=["GET", "DELETE"])])
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.put("/api/here")

    assert_problem(answer, "bad_request", 405)
    assert answer.headers["allow"] == "DELETE, GET, HEAD"


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
async def test_an_error_carries_the_security_headers(accept: str) -> None:
    answer = await answer_to(ValueError(), accept=accept)

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
