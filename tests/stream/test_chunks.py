"""Chunks by number: any row of a run can be looked at without holding all of them."""

from datetime import UTC, datetime

import orjson
import pytest

from tests.problem import assert_problem
from tests.serving import Served, until


async def chunks_of(server: Served, run: str) -> list[str]:
    """The data of the stream's chunk events."""
    events = await server.events(f"/api/runs/{run}/stream")
    return [event.data for event in events if event.type == "chunk"]


async def saved(server: Served, report: str = "small_chunks", **arguments: object) -> str:
    """The id of a run that has ended and is in the registry."""
    run = await server.finished(report, **arguments)
    await until(lambda: run not in server.runs.locals, "saving the run")
    return run


async def test_a_chunk_is_the_json_of_its_event(server: Served) -> None:
    run = await saved(server)
    for number, data in enumerate(await chunks_of(server, run), start=1):
        answer = await server.client.get(f"/api/runs/{run}/chunks/{number}")
        assert answer.text == data
        assert answer.headers["content-type"] == "application/json"


async def test_the_index_says_which_row_each_chunk_begins_with(server: Served) -> None:
    run = await saved(server)
    first_rows = [orjson.loads(data)["first_row"] for data in await chunks_of(server, run)]
    answer = await server.client.get(f"/api/runs/{run}/chunks")
    last = (await server.events(f"/api/runs/{run}/stream"))[-1].id.rpartition(".")[2]
    index = {"rows": 700, "complete": True, "event": int(last), "first_rows": first_rows}

    assert answer.json() == index
    assert answer.headers["cache-control"] == "no-store"


async def test_an_empty_run_has_no_chunks(server: Served) -> None:
    run = await saved(server, "empty")

    index = (await server.client.get(f"/api/runs/{run}/chunks")).json()
    assert index.pop("event") > 0
    assert index == {"rows": 0, "complete": True, "first_rows": []}
    assert_problem(await server.client.get(f"/api/runs/{run}/chunks/1"), "not_found")


async def test_a_partial_run_keeps_its_chunks(server: Served) -> None:
    run = await saved(server, "breaks")
    delivered = await chunks_of(server, run)
    index = (await server.client.get(f"/api/runs/{run}/chunks")).json()

    assert len(index["first_rows"]) == len(delivered) > 0
    assert index["rows"] == sum(orjson.loads(data)["count"] for data in delivered)


async def test_the_index_of_a_run_in_progress_grows_and_is_not_complete(server: Served) -> None:
    run = await server.start("live")
    seen: list[int] = []
    while len(set(seen)) < 3:
        index = (await server.client.get(f"/api/runs/{run}/chunks")).json()
        seen.append(index["rows"])
        assert (index["complete"], seen) == (False, sorted(seen))
        count = len(index["first_rows"])
        last = await server.client.get(f"/api/runs/{run}/chunks/{count or 1}")
        assert not count or last.json()["rows_so_far"] == index["rows"]


async def test_a_chunk_is_kept_by_the_client_for_the_rest_of_its_life(server: Served) -> None:
    run = await saved(server)
    expires = (await server.client.get(f"/api/runs/{run}")).json()["expires_at"]
    left = (datetime.fromisoformat(expires) - datetime.now(UTC)).total_seconds()
    answer = await server.client.get(f"/api/runs/{run}/chunks/1")
    private, age, immutable = answer.headers["cache-control"].split(", ")

    assert (private, immutable) == ("private", "immutable")
    assert left - 5 <= int(age.removeprefix("max-age=")) <= left


async def test_a_chunk_that_is_not_there_is_not_kept_as_missing(server: Served) -> None:
    run = await saved(server)
    for number in ("0", "36", "-1", "+1", "1.0", "x", "٣", "9" * 30, "%00", " 1"):
        answer = await server.client.get(f"/api/runs/{run}/chunks/{number}")
        assert_problem(answer, "not_found")


async def test_a_chunk_that_is_still_to_come_is_found_when_it_is_there(server: Served) -> None:
    run = await server.start("live", n=40)
    path = f"/api/runs/{run}/chunks/10"
    assert_problem(await server.client.get(path), "not_found")
    await server.events(f"/api/runs/{run}/stream")

    assert (await server.client.get(path)).json()["rows_so_far"] == 40


@pytest.mark.parametrize("rest", ["chunks", "chunks/1"])
async def test_looking_at_chunks_is_following(server: Served, rest: str) -> None:
    run = await server.start("sleeping")
    server.runs.take_seen()
    await server.client.get(f"/api/runs/{run}/{rest}")

    assert run in server.runs.seen
