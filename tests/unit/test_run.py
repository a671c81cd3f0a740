"""A run's states: which move is legal, what it leaves behind, and how a run is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import get_args
from uuid import UUID

import pytest

from app.runs.run import (
    IN_PROGRESS,
    MOVES,
    IllegalMove,
    Run,
    Status,
    is_final,
    new_run_id,
    parse_run_id,
    run_json,
)
from tests.sample_run import CREATED, sample_run

LATER = CREATED + timedelta(seconds=90)
ERROR = {"code": "timeout"}
WAYS: dict[Status, Callable[[Run], Run]] = {
    "processing": lambda run: run.started(LATER),
    "completed": lambda run: run.completed(LATER),
    "cancelled": lambda run: run.cancelled(LATER, "user"),
    "failed": lambda run: run.failed(LATER, ERROR),
}
LEGAL = [
    ("pending", "processing"),
    ("pending", "failed"),
    ("pending", "cancelled"),
    ("processing", "completed"),
    ("processing", "failed"),
    ("processing", "cancelled"),
]
ILLEGAL = [(old, new) for old in get_args(Status) for new in WAYS if (old, new) not in LEGAL]


@pytest.mark.parametrize(("old", "new"), LEGAL)
def test_a_legal_move_changes_the_status(old: Status, new: Status) -> None:
    assert WAYS[new](sample_run(status=old)).status == new


@pytest.mark.parametrize(("old", "new"), ILLEGAL)
def test_an_illegal_move_is_a_fault_that_names_both(old: Status, new: Status) -> None:
    with pytest.raises(IllegalMove, match=f"from {old} to {new}"):
        WAYS[new](sample_run(status=old))


def test_every_status_is_final_or_in_progress() -> None:
    assert set(MOVES) == set(get_args(Status))
    assert {status for status in MOVES if not is_final(status)} == set(IN_PROGRESS)


def test_a_run_that_has_left_the_line_has_no_place_in_it() -> None:
    started = sample_run(position=3).started(LATER)

    assert (started.stage, started.position, started.started_at) == ("fetching", None, LATER)


@pytest.mark.parametrize("end", ["completed", "cancelled", "failed"])
def test_an_ended_run_has_no_stage_and_a_time(end: Status) -> None:
    ended = WAYS[end](sample_run(status="processing", stage="finalizing", position=1))

    assert ended.is_final
    assert (ended.stage, ended.position, ended.finished_at) == (None, None, LATER)


def test_each_end_says_why() -> None:
    run = sample_run(status="processing", progress=12.5)

    assert run.completed(LATER).progress == 100.0
    assert run.cancelled(LATER, "follower_left").reason == "follower_left"
    assert run.failed(LATER, ERROR).error == {"code": "timeout", "run": run.id}


@pytest.mark.parametrize(
    ("finished", "now", "elapsed"),
    [(None, 90.0, 90_000), (1.2344, 90.0, 1234), (None, -1.0, 0)],
    ids=["to now", "to the end", "a clock that went back"],
)
def test_elapsed_counts_from_the_request(finished: float | None, now: float, elapsed: int) -> None:
    end = None if finished is None else CREATED + timedelta(seconds=finished)

    assert sample_run(finished_at=end).elapsed_ms(CREATED + timedelta(seconds=now)) == elapsed


def test_a_new_id_is_random_and_parses() -> None:
    first, second = new_run_id(), new_run_id()

    assert parse_run_id(first) == first != second
    assert UUID(first).version == 4


@pytest.mark.parametrize(
    "text",
    [
        *("", "7", "../../etc/passwd", "3f0e7f3e", "\0"),
        *("3F0E7F3E-6F0A-4A52-9A57-0A53F5D0B3AA", "3f0e7f3e6f0a4a529a570a53f5d0b3aa"),
        *(
            "{3f0e7f3e-6f0a-4a52-9a57-0a53f5d0b3aa}",
            "urn:uuid:3f0e7f3e-6f0a-4a52-9a57-0a53f5d0b3aa",
        ),
    ],
)
def test_an_id_has_one_written_form(text: str) -> None:
    assert parse_run_id(text) is None


def test_a_run_is_told_with_every_field_of_the_contract() -> None:
    told = run_json(sample_run(), LATER)

    assert set(told) == {
        *("run", "report", "title", "arguments", "query", "status", "stage", "position", "rows"),
        *("chunks", "total", "total_kind", "progress", "reader", "reader_reason", "created_at"),
        *("started_at", "finished_at", "expires_at", "elapsed_ms", "reason", "error", "links"),
    }


def test_a_run_tells_its_times_with_their_zone_and_its_error() -> None:
    run = replace(sample_run(status="processing").failed(LATER, ERROR), expires_at=LATER)

    told = run_json(run, LATER)

    assert (told["finished_at"], told["expires_at"]) == ("2026-03-01T12:01:30.250000+00:00",) * 2
    assert told["error"] == {"code": "timeout", "run": run.id}


def test_a_run_tells_where_its_rows_are_and_nothing_of_its_owner() -> None:
    run = sample_run(owner="secret-owner")

    told = run_json(run, LATER)

    assert told["links"] == {
        "stream": f"/api/runs/{run.id}/stream",
        "cancel": f"/api/reports/cancel/{run.id}",
        "chunks": f"/api/runs/{run.id}/chunks",
        "rows": {kind: f"/api/runs/{run.id}/rows.{kind}" for kind in ("csv", "json", "ndjson")},
    }
    assert "secret-owner" not in str(told)
