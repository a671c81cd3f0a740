"""Where a client may go on, and what it is told when it names a place that does not exist."""

from uuid import uuid4

import pytest

from tests.ledger import Ledger
from tests.problem import assert_problem
from tests.serving import Served

GARBAGE = [
    "garbage",
    "1",
    ".",
    ".1",
    "{run}",
    "{run}.",
    "{run}.-1",
    "{run}.+1",
    "{run}.1.0",
    "{run}.1e1",
    "{run}. 1",
    "{run}.٣",
    "{run}.9999999999999999999",
    "{RUN}.1",
    "x{run}.1",
    "{run}.1'; select 1",
]

NO_NUMBERS = ["", "x", "-1", "+1", "1.0", "1e3", " 1", "٣", "9" * 19, "1&after=1"]


def last_event_id(value: str) -> dict[bytes, bytes]:
    return {b"last-event-id": value.encode()}


def own_address(run: str) -> str:
    return f"/api/runs/{run}/stream"


@pytest.mark.parametrize("path", ["/api/runs/{run}/stream", "/api/reports/stream/numbers"])
async def test_what_is_no_event_id_is_refused_in_a_sentence(server: Served, path: str) -> None:
    run = await server.finished("numbers")
    for garbage in GARBAGE:
        given = garbage.replace("{run}", run).replace("{RUN}", run.upper())
        answer = await server.client.get(path.format(run=run), headers=last_event_id(given))
        problem = assert_problem(answer, "invalid_argument")
        assert "Last-Event-ID is not one of ours" in problem["detail"], given


@pytest.mark.parametrize("path", ["/api/runs/{run}/stream", "/api/reports/stream/numbers"])
async def test_an_event_of_the_future_is_refused_with_how_many_there_are(
    server: Served, path: str
) -> None:
    run = await server.finished("numbers")
    events = len(await server.events(own_address(run)))
    for future in (events + 1, 10**17):
        answer = await server.client.get(
            path.format(run=run), headers=last_event_id(f"{run}.{future}")
        )
        problem = assert_problem(answer, "invalid_argument")
        assert f"has {events:,} events" in problem["detail"]


async def test_the_future_of_a_run_in_progress_is_refused_too(server: Served) -> None:
    run = await server.start("sleeping")

    assert_problem(await server.client.get(f"{own_address(run)}?after=1000"), "invalid_argument")


async def test_an_event_of_another_run_is_refused(server: Served) -> None:
    run, other = await server.finished("numbers"), await server.finished("numbers")
    answer = await server.client.get(own_address(run), headers=last_event_id(f"{other}.1"))

    assert "another run" in assert_problem(answer, "invalid_argument")["detail"]


async def test_an_event_of_another_report_is_refused_and_starts_nothing(server: Served) -> None:
    run = await server.finished("empty")
    answer = await server.client.get(
        "/api/reports/stream/numbers", headers=last_event_id(f"{run}.1")
    )

    assert "another report" in assert_problem(answer, "invalid_argument")["detail"]
    listed = (await server.client.get("/api/runs")).json()["runs"]
    assert [each["run"] for each in listed] == [run]


@pytest.mark.parametrize("path", ["/api/runs/{run}/stream", "/api/reports/stream/numbers"])
async def test_an_unknown_run_is_not_found(server: Served, path: str) -> None:
    run = str(uuid4())
    answer = await server.client.get(path.format(run=run), headers=last_event_id(f"{run}.1"))

    assert_problem(answer, "not_found")


async def test_after_takes_one_number(server: Served) -> None:
    run = await server.finished("empty")
    for after in NO_NUMBERS:
        answer = await server.client.get(f"{own_address(run)}?after={after}")
        assert "'after'" in assert_problem(answer, "invalid_argument")["detail"], after


async def test_the_header_wins_over_after(server: Served) -> None:
    run = await server.finished("numbers")
    events = await server.events(f"{own_address(run)}?after=5", **{"last-event-id": f"{run}.2"})

    assert events[0].id == f"{run}.3"


async def test_after_0_is_the_beginning(server: Served) -> None:
    run = await server.finished("numbers")

    assert await server.events(f"{own_address(run)}?after=0") == await server.events(
        own_address(run)
    )


@pytest.mark.parametrize(
    "path", ["/api/runs/{run}/stream", "/api/runs/{run}/stream?after={events}"]
)
@pytest.mark.parametrize("report", ["numbers", "breaks", "empty"])
async def test_after_the_final_event_there_is_nothing_more(
    server: Served, path: str, report: str
) -> None:
    """204 stops an EventSource for good."""
    run = await server.finished(report)
    events = len(await server.events(own_address(run)))
    headers = {} if "after" in path else last_event_id(f"{run}.{events}")
    answer = await server.client.get(path.format(run=run, events=events), headers=headers)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_reconnect_to_the_starting_address_after_the_end_starts_nothing(
    server: Served,
) -> None:
    events = await server.events("/api/reports/stream/numbers")
    answer = await server.client.get(
        "/api/reports/stream/numbers", headers=last_event_id(events[-1].id)
    )

    assert answer.status_code == 204
    assert len((await server.client.get("/api/runs")).json()["runs"]) == 1


async def test_a_reconnect_to_the_starting_address_resumes_the_run_that_was_lost(
    server: Served,
) -> None:
    whole, ledger = await server.events("/api/reports/stream/numbers"), Ledger()
    resumed = await server.events("/api/reports/stream/numbers", **{"last-event-id": whole[3].id})
    for event in [*whole[:4], *resumed]:
        ledger.take(event)

    assert ledger.events == whole
