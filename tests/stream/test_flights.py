"""The real flights by curl: every chunk, every value, as psql prints them."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import orjson
import pytest

from app.demo.loader import REPORTS
from app.settings import Settings
from tests.postgres import Cluster
from tests.serving import serving_reports
from tests.sse_client import Event, EventReader

ROWS, CHUNKS = 336_776, 337
FLIGHTS = "select * from demo.flights order by id"
NULL, FIELD = "\x1c", "\x1e"


async def run(*command: str | Path, into: Path) -> None:
    """A program's standard output in a file; it has to succeed."""
    with into.open("wb") as file:
        process = await asyncio.create_subprocess_exec(*command, stdout=file)
        assert await process.wait() == 0


def events_of(transcript: Path) -> Iterator[Event]:
    reader = EventReader()
    with transcript.open("rb") as file:
        while piece := file.read(1 << 20):
            yield from reader.feed(piece)


def line(row: list[str | None]) -> str:
    """A row as psql prints it."""
    return FIELD.join(NULL if value is None else value for value in row) + "\n"


@pytest.mark.slow
@pytest.mark.timeout(240)  # the demo data is loaded first, and 60 MB are compared
async def test_curl_gets_all_flights_value_by_value_as_psql(
    settings: Settings, postgres: Cluster, demo_url: str, tmp_path: Path
) -> None:
    transcript, printed = tmp_path / "transcript", tmp_path / "printed"
    flights = replace(settings, database_url=demo_url, reports=REPORTS)
    async with serving_reports(flights) as server:
        url = f"{server.url}/api/reports/stream/flights"
        await run("curl", "-sSfN", url, into=transcript)
    psql = (postgres.binaries / "psql", demo_url, "-XAtq", f"-F{FIELD}", f"-Pnull={NULL}")
    await run(*psql, "-c", FLIGHTS, into=printed)

    *events, end = events_of(transcript)
    chunks = [orjson.loads(event.data) for event in events if event.type == "chunk"]
    assert events[0].type == "run"
    assert [chunk["chunk"] for chunk in chunks] == list(range(1, CHUNKS + 1))
    assert orjson.loads(end.data).items() >= {"status": "completed", "rows": ROWS}.items()
    with printed.open(newline="\n") as lines:
        for chunk in chunks:
            given = [line(row) for row in chunk["rows"]]
            assert given == list(islice(lines, chunk["count"]))
        assert next(lines, None) is None
