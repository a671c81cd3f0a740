"""A backlog that is not what was written is noticed: nobody is ever given wrong rows for right."""

import asyncio
from pathlib import Path

import httpx
import orjson
import pytest

from app.runs.backlog import BacklogFolder
from app.runs.frames import RECORD_BYTES
from app.runs.run import RunId
from tests.decoding import CODINGS, Coding
from tests.problem import assert_problem, assert_problem_object
from tests.serving import Served, until
from tests.sse_client import Event, EventReader
from tests.wire import followed

ROWS = 2500  # in three chunks: events 1 to 5 come before the first, completed is the last


def frames(server: Served, run: str) -> Path:
    return server.settings.data / "backlog" / f"{run}.zst"


def index(server: Served, run: str) -> Path:
    return server.settings.data / "backlog" / f"{run}.idx"


def flip(path: Path, offset: int) -> None:
    """Change one bit in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[offset] ^= 0x10
    path.write_bytes(data)


def cut(path: Path, length: int) -> None:
    """Take the tail of a file away."""
    path.write_bytes(path.read_bytes()[:length])


async def kept(server: Served) -> tuple[str, list[Event]]:
    """A run that is only in the files and the registry any more, and its events."""
    run = await server.finished("numbers", n=ROWS)
    await until(lambda: run not in server.runs.locals, "saving the run")
    return run, await server.events(f"/api/runs/{run}/stream")


def without_end(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.id, event.data) for event in events[:-1]]


async def refused(server: Served, run: str, rest: str) -> None:
    """A file or a chunk: either a status that says so, or a body that is cut."""
    try:
        answer = await server.client.get(f"/api/runs/{run}/{rest}")
    except httpx.RemoteProtocolError:
        return
    assert_problem(answer, "storage")


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_flipped_bit_ends_the_stream_as_damaged_after_the_events_before_it(
    server: Served, coding: Coding
) -> None:
    run, whole = await kept(server)
    flip(frames(server, run), frames(server, run).stat().st_size // 2)
    async with asyncio.timeout(5):
        events = await followed(server.url, f"/api/runs/{run}/stream", coding)

    assert without_end(events) == [(event.id, event.data) for event in whole[: len(events) - 1]]
    assert events[-1].type == "failed"
    assert_problem_object(orjson.loads(events[-1].data)["error"], "storage")


async def test_a_flip_at_any_place_never_gives_other_rows(server: Served) -> None:
    run, whole = await kept(server)
    for path in (frames(server, run), index(server, run)):
        good = path.read_bytes()
        for offset in range(0, len(good), max(1, len(good) // 40)):
            flip(path, offset)
            answer = await server.client.get(f"/api/runs/{run}/stream", timeout=5)
            events = EventReader().feed(answer.content)
            chunks = [event for event in events if event.type == "chunk"]
            assert chunks == [e for e in whole if e.type == "chunk"][: len(chunks)], offset
            assert events[-1].type == "failed" or len(chunks) == 3, offset
            path.write_bytes(good)


async def test_a_damaged_chunk_is_507_and_the_others_are_there(server: Served) -> None:
    run, _ = await kept(server)
    with BacklogFolder(server.settings.data / "backlog").reader(RunId(run)) as backlog:
        record = backlog.chunk_record(2)
    assert record is not None
    flip(frames(server, run), record.offset + record.length // 2)
    answers = [await server.client.get(f"/api/runs/{run}/chunks/{n}") for n in (1, 2, 3)]

    assert [answer.status_code for answer in answers] == [200, 507, 200]
    assert_problem(answers[1], "storage")


@pytest.mark.parametrize("form", ["csv", "json", "ndjson"])
async def test_a_damaged_download_is_refused_or_cut(server: Served, form: str) -> None:
    run, _ = await kept(server)
    for part in (2, 3):
        flip(frames(server, run), frames(server, run).stat().st_size * (part - 1) // 3)
        await refused(server, run, f"rows.{form}")


@pytest.mark.parametrize("records", [0, 1, 4, 6])
async def test_a_torn_index_is_noticed_everywhere(server: Served, records: int) -> None:
    run, whole = await kept(server)
    cut(index(server, run), records * RECORD_BYTES + RECORD_BYTES // 2)
    async with asyncio.timeout(5):
        events = await server.events(f"/api/runs/{run}/stream")

    assert without_end(events) == without_end(whole)[:records]
    assert_problem_object(orjson.loads(events[-1].data)["error"], "storage")
    for rest in ("chunks", "chunks/3", "rows.csv"):
        await refused(server, run, rest)


@pytest.mark.parametrize("report", ["breaks", "numbers"])
async def test_a_torn_index_of_a_partial_run_is_noticed_too(server: Served, report: str) -> None:
    run = await server.finished(report, **({"n": 1500} if report == "numbers" else {}))
    await until(lambda: run not in server.runs.locals, "saving the run")
    cut(index(server, run), 5 * RECORD_BYTES)
    answers = [await server.client.get(f"/api/runs/{run}/{r}") for r in ("chunks", "rows.csv")]

    assert [answer.status_code for answer in answers] == [507, 507]


async def test_a_resume_behind_a_torn_index_says_damaged_and_not_future(server: Served) -> None:
    run, whole = await kept(server)
    cut(index(server, run), 2 * RECORD_BYTES)
    answer = await server.client.get(f"/api/runs/{run}/stream?after={len(whole) - 1}")

    assert_problem(answer, "storage")


async def test_torn_frames_end_as_damaged(server: Served) -> None:
    run, whole = await kept(server)
    cut(frames(server, run), frames(server, run).stat().st_size - 20)
    events = await server.events(f"/api/runs/{run}/stream")

    assert without_end(events) == without_end(whole)
    assert events[-1].type == "failed"


async def test_an_end_that_was_never_written_is_told_from_the_registry(server: Served) -> None:
    """As after a full disk: all rows are there, the final event is not."""
    run, whole = await kept(server)
    cut(index(server, run), index(server, run).stat().st_size - RECORD_BYTES)
    async with asyncio.timeout(5):
        events = await server.events(f"/api/runs/{run}/stream")

    assert without_end(events) == without_end(whole)
    assert orjson.loads(events[-1].data)["rows"] == ROWS


@pytest.mark.parametrize("rest", ["stream", "chunks", "chunks/1", "rows.csv"])
async def test_a_backlog_that_is_not_there_is_gone(server: Served, rest: str) -> None:
    run, _ = await kept(server)
    frames(server, run).unlink()

    assert_problem(await server.client.get(f"/api/runs/{run}/{rest}"), "gone")
