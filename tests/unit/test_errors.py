"""The errors: one tree, one code each, one form."""

import re

import pytest

import app.errors
from app.errors import (
    ANSWERS,
    BadRequest,
    DatabaseUnavailable,
    Internal,
    NotFound,
    RowstreamError,
    TooManyRuns,
)

KINDS = pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.code)
RETRYABLE = {
    *("too_early", "too_many_runs", "busy", "stopping", "storage"),
    *("database_unavailable", "database_lost", "database_busy", "interrupted"),
}
STATUSES = {400, 401, 403, 404, 410, 413, 425, 429, 500, 503, 504, 507}


def leaves(kind: type[RowstreamError]) -> set[type[RowstreamError]]:
    below = kind.__subclasses__()
    return {leaf for each in below for leaf in leaves(each)} if below else {kind}


def test_every_error_that_can_be_raised_is_an_answer() -> None:
    assert leaves(RowstreamError) == set(ANSWERS)


def test_each_answer_has_a_code_of_its_own() -> None:
    assert len({kind.code for kind in ANSWERS}) == len(ANSWERS)


def test_the_tree_on_the_first_page_is_the_tree() -> None:
    drawn = re.findall(r"^\s+(\w+)\s+(\d{3})\b", app.errors.__doc__ or "", re.MULTILINE)

    assert {(name, int(status)) for name, status in drawn} == {
        (kind.__name__, kind.default_status) for kind in ANSWERS
    }


@KINDS
def test_an_error_without_a_sentence_has_one(kind: type[RowstreamError]) -> None:
    problem = kind().problem()

    assert problem["detail"] == (kind.__doc__ or "").strip()
    assert re.fullmatch(r"[A-Z].*\.", str(problem["detail"]))


@KINDS
def test_a_problem_has_the_members_of_the_contract(kind: type[RowstreamError]) -> None:
    assert kind("What happened.").problem() == {
        "type": f"/problems/{kind.code}",
        "title": kind.title,
        "status": kind.default_status,
        "detail": "What happened.",
        "code": kind.code,
        "retryable": kind.code in RETRYABLE,
    }


def test_the_statuses_are_those_of_the_contract() -> None:
    assert {kind.default_status for kind in ANSWERS} == STATUSES


def test_a_hint_a_run_and_more_stand_beside() -> None:
    problem = Internal(hint="Tell us.", run="r1", extra={"id": "f1"}).problem()

    assert (problem["hint"], problem["run"], problem["id"]) == ("Tell us.", "r1", "f1")


def test_one_code_can_have_several_statuses() -> None:
    error = BadRequest("Not here.", status=405)

    assert error.problem()["status"] == 405
    assert BadRequest().status == 400


def test_when_to_come_back_is_a_header_and_no_member() -> None:
    error = TooManyRuns(retry_after=5)

    assert error.retry_after == 5
    assert "retry_after" not in error.problem()


def test_an_error_prints_as_its_sentence() -> None:
    assert str(NotFound("There is no such run.")) == "There is no such run."
    assert str(DatabaseUnavailable()) == DatabaseUnavailable.__doc__
