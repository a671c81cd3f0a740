"""What a stream says, in which order, and what its progress may claim."""

from typing import Any

import orjson
import pytest

from app.runs.events import EVENT_NAMES
from tests.ledger import Ledger
from tests.problem import assert_problem_object
from tests.serving import Served
from tests.sse_client import EventReader

START = "/api/reports/stream/"
CHUNK_KEYS = [
    "chunk",
    "first_row",
    "count",
    "rows_so_far",
    "total",
    "total_kind",
    "progress",
    "rows",
]
ENDS = {
    "small_chunks": ("completed", 700, 35),
    "empty": ("completed", 0, 0),
    "uncounted": ("completed", 100, 10),
}


async def ledger_of(server: Served, report: str, query: str = "") -> Ledger:
    ledger = Ledger()
    for event in await server.events(START + report + query):
        ledger.take(event)
    return ledger


def data(ledger: Ledger, *types: str) -> list[dict[str, Any]]:
    """The data of all events of these types, in order."""
    return [orjson.loads(event.data) for event in ledger.events if event.type in types]


@pytest.mark.parametrize("report", ENDS)
async def test_a_stream_says_how_it_ended_with_rows_and_chunks(server: Served, report: str) -> None:
    ledger = await ledger_of(server, report)
    status, rows, chunks = ENDS[report]

    assert ledger.events[-1].type == ledger.end["status"] == status
    assert (ledger.end["rows"], ledger.end["chunks"]) == (rows, chunks)
    assert (len(ledger.rows), ledger.chunks) == (rows, chunks)


async def test_a_failure_in_the_middle_carries_the_same_problem_as_an_answer(
    server: Served,
) -> None:
    ledger = await ledger_of(server, "breaks")

    assert ledger.events[-1].type == ledger.end["status"] == "failed"
    assert_problem_object(ledger.end["error"], "query_failed")
    assert ledger.end["error"]["run"] == ledger.last_id.rpartition(".")[0]


async def test_the_rows_before_a_failure_are_there_and_counted(server: Served) -> None:
    ledger = await ledger_of(server, "breaks")

    assert [row[0] for row in ledger.rows] == [str(i + 1) for i in range(ledger.end["rows"])]
    assert 1000 <= ledger.end["rows"] < 1500


async def test_run_is_first_and_columns_come_once_before_any_row(server: Served) -> None:
    types = [event.type for event in (await ledger_of(server, "small_chunks")).events]

    assert types[0] == "run"
    assert types.count("run") == types.count("columns") == types.count("completed") == 1
    assert types.index("columns") < types.index("chunk")


async def test_run_names_the_run_its_report_and_its_arguments(server: Served) -> None:
    ledger = await ledger_of(server, "small_chunks", "?n=3")
    [run] = data(ledger, "run")

    assert run.keys() == {"run", "report", "title", "arguments", "chunk_rows", "created_at"}
    assert (run["report"], run["title"]) == ("small_chunks", "Small chunks")
    assert (run["arguments"], run["chunk_rows"]) == ({"n": "3"}, 20)
    assert ledger.last_id.startswith(f"{run['run']}.")


async def test_columns_have_names_types_and_labels(server: Served) -> None:
    [columns] = data(await ledger_of(server, "small_chunks", "?n=1"), "columns")

    assert [(each["name"], each["type"]) for each in columns["columns"]] == [
        ("number", "integer"),
        ("text", "text"),
        ("nothing", "text"),
        ("wide", "text"),
    ]
    assert (columns["reader"], bool(columns["reader_reason"])) == ("cursor", True)


async def test_a_chunks_head_can_be_read_without_its_rows(server: Served) -> None:
    ledger = await ledger_of(server, "small_chunks")
    for event in ledger.events:
        if event.type == "chunk":
            head, _, _ = event.data.partition(',"rows":[')
            assert [*orjson.loads(head + "}"), "rows"] == CHUNK_KEYS
            assert list(orjson.loads(event.data)) == CHUNK_KEYS


@pytest.mark.parametrize(("rows", "chunks"), [(999, 1), (1000, 1), (1001, 2), (2000, 2), (1, 1)])
async def test_a_fast_query_gives_chunks_of_exactly_1000(
    server: Served, rows: int, chunks: int
) -> None:
    ledger = await ledger_of(server, "numbers", f"?n={rows}")
    counts = [chunk["count"] for chunk in data(ledger, "chunk")]

    assert counts == [1000] * (rows // 1000) + ([rows % 1000] if rows % 1000 else [])
    assert (ledger.end["rows"], ledger.end["chunks"]) == (rows, chunks)


async def test_the_stream_tells_once_when_to_come_back(server: Served) -> None:
    body = (await server.client.get(f"{START}numbers")).content
    reader = EventReader()
    reader.feed(body)

    assert body.startswith(b"retry: 1000\n\n")
    assert (reader.retry, body.count(b"retry:")) == (1000, 1)


async def test_no_event_has_a_name_that_eventsource_uses_itself(server: Served) -> None:
    ledgers = [await ledger_of(server, report) for report in ENDS]
    seen = {event.type for ledger in ledgers for event in ledger.events}

    assert seen <= set(EVENT_NAMES)
    assert not {"error", "open", "message"} & {*EVENT_NAMES, "ping"}


@pytest.mark.parametrize("report", ["small_chunks", "long", "estimated", "live", "breaks"])
async def test_progress_never_falls_within_one_kind_of_total(server: Served, report: str) -> None:
    """And stays below 100 until the run has completed."""
    ledger = await ledger_of(server, report)
    told: dict[str, float] = {}
    for each in data(ledger, "progress", "chunk"):
        kind, percent = each["total_kind"], each["progress"]
        assert (percent is None) == (each["total"] is None) == (kind == "unknown")
        if percent is not None:
            assert told.get(kind, 0.0) <= percent <= 99.9
            told[kind] = percent


async def test_the_totals_kind_goes_from_estimate_to_exact_and_never_back(server: Served) -> None:
    ledger = await ledger_of(server, "long", "?n=20000")
    kinds = [each["total_kind"] for each in data(ledger, "progress", "chunk")]

    assert list(dict.fromkeys(kinds)) == ["unknown", "estimate", "exact"]
    assert kinds == sorted(kinds, key=["unknown", "estimate", "exact"].index)
    assert {e["total"] for e in data(ledger, "chunk") if e["total_kind"] == "exact"} == {20_000}


async def test_a_total_is_not_claimed_where_the_report_wants_none(server: Served) -> None:
    ledger = await ledger_of(server, "uncounted")

    assert {e["total_kind"] for e in data(ledger, "progress", "chunk")} == {"unknown"}


async def test_an_estimate_that_was_too_low_becomes_unknown(server: Served) -> None:
    chunks = data(await ledger_of(server, "estimated"), "chunk")

    assert chunks[0]["total_kind"] == "estimate"
    assert (chunks[-1]["total_kind"], chunks[-1]["total"]) == ("unknown", None)


async def test_a_completed_run_is_at_100(server: Served) -> None:
    run = await server.finished("small_chunks")
    shown = (await server.client.get(f"/api/runs/{run}")).json()

    assert (shown["status"], shown["progress"], shown["stage"]) == ("completed", 100.0, None)


async def test_a_follower_that_leaves_ends_nothing(server: Served) -> None:
    """The run goes on to its end, and everything can be followed later."""
    ledger = await ledger_of(server, "live", "?n=40")
    async with server.client.stream("GET", f"{START}live?n=40") as answer:
        await anext(answer.aiter_bytes())
    runs = (await server.client.get("/api/runs")).json()["runs"]
    events = await server.events(f"/api/runs/{runs[0]['run']}/stream")

    assert runs[0]["run"] not in ledger.last_id
    assert orjson.loads(events[-1].data).items() >= {"status": "completed", "rows": 40}.items()
