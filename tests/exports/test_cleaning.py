"""What is cleaned up, when, and what is not ours to touch; and how much may lie there at all."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from app.settings import Settings
from tests.exports.exporting import Exporting, working
from tests.exports.traces import Traces
from tests.problem import assert_problem
from tests.serving import serving_reports

LONG_AGO = 100_000  # seconds: more than a day


def lay(settings: Settings, name: str, *, age: int = 0, folder: str = "files") -> str:
    """A file of this age; where it lies in the data folder."""
    path = settings.data / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))
    return f"{folder}/{name}"


@pytest.mark.parametrize("folder", ["files", "scratch"])
async def test_a_worker_that_starts_deletes_what_dead_ones_left(
    settings: Settings, server: Exporting, traces: Traces, folder: str
) -> None:
    export = await server.start()
    await server.client.delete(f"/exports/{export}")
    for name in (f"{export}.1.csv", f"{export}.1.csv#1", f"{export}.2.xlsx"):
        lay(settings, name, folder=folder)

    async with working(settings):
        await traces.until_none()


async def test_files_of_unknown_exports_stay_until_they_are_as_old_as_ours_get(
    settings: Settings, server: Exporting, traces: Traces
) -> None:
    kept = lay(settings, f"{uuid4()}.1.csv")
    lay(settings, f"{uuid4()}.1.csv", age=LONG_AGO)

    async with working(settings):
        assert await traces.until_files(1) == [kept]
        await server.finished()
        assert kept in traces.files()


@pytest.mark.parametrize("name", ["notes.txt", "a.1.csv", f"{uuid4()}.csv", ".hidden", "b/1.csv"])
async def test_files_that_are_not_ours_stay(
    settings: Settings, server: Exporting, traces: Traces, name: str
) -> None:
    kept = lay(settings, name, age=LONG_AGO)
    lay(settings, f"{uuid4()}.1.csv", age=LONG_AGO)

    async with working(settings):
        assert await traces.until_files(1) == [kept]
    del server


async def test_a_finished_file_stays_when_another_worker_starts(
    settings: Settings, exporting: Exporting, traces: Traces
) -> None:
    export = (await exporting.finished())["exportId"]
    files = await traces.until_files(3)
    lay(settings, f"{export}.0.csv")

    async with working(settings):
        await traces.until_files(3)

    assert traces.files() == files


async def test_an_expired_export_is_gone_with_its_file(
    settings: Settings, server: Exporting, traces: Traces
) -> None:
    async with working(replace(settings, export_ttl=0.001)):
        export = (await server.finished())["exportId"]
    async with working(settings):
        await traces.until_none()

    answer = await server.client.get(f"/exports/{export}/download")
    assert_problem(answer, "gone")


@pytest.fixture
async def cramped(settings: Settings) -> AsyncIterator[Exporting]:
    """A server with room for 4,000 bytes, of which an owner has a quarter, and a worker."""
    small = replace(settings, files_bytes=4000)
    async with serving_reports(small) as served, working(small):
        yield Exporting(served)


async def test_an_owner_whose_files_fill_his_share_starts_no_more(cramped: Exporting) -> None:
    export = (await cramped.finished(n=150))["exportId"]

    refused = await cramped.client.post("/exports/csv?report=numbers")

    assert_problem(refused, "storage")
    await cramped.client.delete(f"/exports/{export}")
    await cramped.finished(n=1)


ENDLESS = """
-- title = "A kilobyte each millisecond"
select i as number, repeat('x', 1000) as text, pg_sleep(0.001)::text as slept
from generate_series(1, 60000) as i
"""


async def test_an_export_that_fills_all_space_while_it_is_written_fails_and_leaves_nothing(
    settings: Settings, traces: Traces
) -> None:
    assert settings.reports is not None
    (settings.reports / "endless.sql").write_text(ENDLESS.lstrip())
    small = replace(settings, files_bytes=500_000)
    async with serving_reports(small) as served, working(small):
        exporting = Exporting(served)
        status = await exporting.reached(await exporting.start(report="endless"), "failed")

    assert status["error"]["code"] == "storage"
    await traces.until_none()
