"""The one assertion about errors: each has the same form, wherever it comes from."""

from typing import Any

import httpx

from app.errors import ANSWERS

KINDS = {kind.code: kind for kind in ANSWERS}
MEMBERS = {"type", "title", "status", "detail", "code", "retryable"}


def assert_problem(answer: httpx.Response, code: str, status: int | None = None) -> dict[str, Any]:
    """The problem in an answer, when it is whole; `status` where the code has several."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert_problem_object(problem, code)
    assert answer.status_code == problem["status"] == (status or KINDS[code].default_status)
    if problem["retryable"]:
        assert int(answer.headers["retry-after"]) > 0
    return problem


def assert_problem_object(problem: dict[str, Any], code: str) -> None:
    """The same object as it stands in an answer and inside `failed`."""
    kind = KINDS[code]
    assert problem["code"] == code, problem
    assert problem.keys() >= MEMBERS
    assert problem["type"] == f"/problems/{code}"
    assert (problem["title"], problem["retryable"]) == (kind.title, kind.retryable)
    assert problem["detail"].endswith((".", "?"))
