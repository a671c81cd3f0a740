"""The words of the event stream, read back by the specification's parser."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, strategies as st

from app.runs.chunking import Chunk
from app.runs.events import (
    EVENT_NAMES,
    FINAL_EVENTS,
    MOST_DIGITS,
    PING,
    RETRY,
    EventName,
    chunk_data,
    columns_data,
    event_bytes,
    event_data,
    final_data,
    final_name,
    parse_event_id,
    progress_data,
    run_data,
    told_end,
    unnumbered_bytes,
)
from app.runs.progress import Progress
from app.runs.run import Run, Status, new_run_id
from tests.sample_run import CREATED, sample_run
from tests.sse_client import Event, EventReader

RUN = new_run_id()
TEXT = st.text(st.characters(codec="utf-8"))
ROWS = st.lists(st.tuples(st.none() | TEXT, TEXT), min_size=1)


def read(body: bytes) -> list[Event]:
    return EventReader().feed(body)


@given(TEXT)
def test_no_value_ends_a_line_or_forges_an_event(text: str) -> None:
    data = orjson.dumps({"v": text})

    [event] = read(event_bytes(RUN, 7, "chunk", data))

    assert (event.id, event.type, orjson.loads(event.data)) == (f"{RUN}.7", "chunk", {"v": text})


@given(TEXT)
def test_the_data_of_an_event_comes_back(text: str) -> None:
    data = orjson.dumps(text)

    assert event_data(event_bytes(RUN, 1, "run", data)) == data


def test_an_unnumbered_event_leaves_the_last_id_as_it_was() -> None:
    body = event_bytes(RUN, 3, "chunk", b"{}") + unnumbered_bytes("failed", b'{"a":1}') + PING

    assert [(each.type, each.id) for each in read(body)] == [
        ("chunk", f"{RUN}.3"),
        ("failed", f"{RUN}.3"),
        ("ping", f"{RUN}.3"),
    ]


def test_the_first_line_sets_the_time_to_reconnect() -> None:
    reader = EventReader()

    assert reader.feed(RETRY) == []
    assert reader.retry == 1000


def test_no_event_has_a_name_that_an_event_source_uses_itself() -> None:
    assert not {"error", "open", "message"} & {*EVENT_NAMES, "ping"}
    assert set(EVENT_NAMES) > FINAL_EVENTS


@pytest.mark.parametrize("number", [0, 1, 10**MOST_DIGITS - 1])
def test_an_event_id_comes_apart(number: int) -> None:
    assert parse_event_id(f"{RUN}.{number}") == (RUN, number)


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", ".1", "garbage", RUN, f"{RUN}.", f"{RUN}.x", f"{RUN}.-1", f"{RUN}.1.2"),
        *(f"{RUN}.{10**MOST_DIGITS}", f"{RUN}.٣", f"{RUN}. 3", f"{RUN.upper()}.3", f"x{RUN}.3"),
    ],
)
def test_other_texts_are_no_event_id(text: str) -> None:
    assert parse_event_id(text) is None


@given(st.text())
def test_no_text_makes_parsing_an_id_fail(text: str) -> None:
    assert parse_event_id(text) is None


def test_run_says_what_is_run_and_nothing_of_its_owner() -> None:
    run = sample_run(owner="secret-owner")

    assert orjson.loads(run_data(run, 1000)) == {
        "run": run.id,
        "report": "sales",
        "title": "Sales",
        "arguments": {"region": "north", "until": None},
        "chunk_rows": 1000,
        "created_at": "2026-03-01T12:00:00.250000+00:00",
    }


def test_columns_says_how_they_are_read() -> None:
    columns: list[Any] = [{"name": "?column?", "type": "text", "label": 'a"\n'}]

    told = orjson.loads(columns_data(columns, "cursor", "it is the only reader"))

    assert told == {
        "columns": columns,
        "reader": "cursor",
        "reader_reason": "it is the only reader",
    }


def test_progress_says_the_place_in_line_only_where_there_is_one() -> None:
    waiting = orjson.loads(progress_data(sample_run(position=2), 5))

    assert waiting == {
        "stage": "queued",
        "position": 2,
        "rows": 0,
        "total": None,
        "total_kind": "unknown",
        "progress": None,
        "elapsed_ms": 5,
    }
    assert "position" not in orjson.loads(progress_data(sample_run(), 5))


@given(ROWS)
def test_the_rows_of_a_chunk_are_its_last_key(rows: list[tuple[str | None, ...]]) -> None:
    progress = Progress().counted(4000).with_rows(1000 + len(rows))

    data = b"".join(chunk_data(2, 1000, Chunk(len(rows), (orjson.dumps(rows),)), progress))

    told = orjson.loads(data)
    assert [tuple(row) for row in told.pop("rows")] == rows
    assert data.startswith(orjson.dumps(told)[:-1] + b',"rows":[')


def test_a_chunk_says_which_rows_it_has() -> None:
    progress = Progress().estimated(4000).with_rows(1001)

    told = orjson.loads(b"".join(chunk_data(2, 1000, Chunk(1, (b'[["a"]]',)), progress)))

    assert told == {
        "chunk": 2,
        "first_row": 1000,
        "count": 1,
        "rows_so_far": 1001,
        "total": 4000,
        "total_kind": "estimate",
        "progress": 25.0,
        "rows": [["a"]],
    }


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"status": "completed"}, {}),
        ({"status": "cancelled", "reason": "user"}, {"reason": "user"}),
        ({"status": "failed", "error": {"code": "x"}}, {"error": {"code": "x"}}),
    ],
)
def test_the_final_event_says_how_it_ended(changes: dict[str, Any], more: dict[str, Any]) -> None:
    run = sample_run(rows=1001, chunks=2, **changes)

    told = orjson.loads(final_data(run, 40))

    assert told == {"status": run.status, "rows": 1001, "chunks": 2, "elapsed_ms": 40, **more}


ENDS: list[Callable[[Run], Run]] = [
    lambda run: run.completed(CREATED),
    lambda run: run.cancelled(CREATED, "follower_left"),
    lambda run: run.failed(CREATED, {"code": "timeout"}),
]


@pytest.mark.parametrize("end", ENDS, ids=["completed", "cancelled", "failed"])
@pytest.mark.parametrize("known", ["pending", "processing"])
def test_an_end_is_read_back_as_it_was_told(known: Status, end: Callable[[Run], Run]) -> None:
    run = sample_run(status="processing", rows=7, chunks=2)
    ended = end(run)

    told = told_end(sample_run(id=run.id, status=known), final_data(ended, 1500))

    assert told.finished_at == CREATED + timedelta(seconds=1.5)
    for field in ("status", "reason", "error", "rows", "chunks", "stage", "progress"):
        assert getattr(told, field) == getattr(ended, field)


@pytest.mark.parametrize("status", sorted(FINAL_EVENTS))
def test_the_final_event_is_named_for_the_status(status: EventName) -> None:
    assert final_name(sample_run(status=status)) == status


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_a_run_in_progress_has_no_final_event(status: Status) -> None:
    with pytest.raises(ValueError, match=status):
        final_name(sample_run(status=status))
