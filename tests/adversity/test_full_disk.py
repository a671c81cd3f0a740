"""Our disk is full: the run says so and keeps its rows, others go on, and room is enough again."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.settings import Settings
from tests.adversity.live import live
from tests.adversity.recovery import failed, works_again
from tests.adversity.small_disk import SmallDisk, small_disk
from tests.problem import assert_problem
from tests.readers import both_readers
from tests.serving import Served, serving_reports

MIB = 1024 * 1024

pytestmark = pytest.mark.slow


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", size="16m") as made:
        yield made


@pytest.fixture
async def full_server(settings: Settings, disk: SmallDisk) -> AsyncIterator[Served]:
    async with serving_reports(replace(settings, data=disk.folder / "data")) as served:
        yield served


@both_readers
async def test_a_run_that_fills_the_disk_keeps_its_rows(
    full_server: Served, disk: SmallDisk
) -> None:
    disk.fill(leaving=2 * MIB)
    run = await full_server.start("incompressible")
    async with live(full_server.url, run) as follower:
        await failed(full_server, run, follower, "storage")
    assert follower.ledger.rows

    disk.empty()
    await works_again(full_server)


async def test_no_run_starts_on_a_full_disk_and_what_is_there_is_served(
    full_server: Served, disk: SmallDisk
) -> None:
    run = await full_server.finished("narrow")
    disk.fill(leaving=0)
    refused = await full_server.client.post("/api/reports/narrow/runs")
    assert_problem(refused, "storage")
    kept = await full_server.client.get(f"/api/runs/{run}/rows.csv")
    assert len(kept.text.splitlines()) == 1001

    disk.empty()
    await works_again(full_server)


async def test_a_run_beside_the_one_that_fills_the_disk_is_told_the_same(
    full_server: Served, disk: SmallDisk
) -> None:
    beside = await full_server.start("paced", seconds=0.0005)
    disk.fill(leaving=MIB)
    large = await full_server.start("incompressible")
    async with live(full_server.url, large) as follower:
        await failed(full_server, large, follower, "storage")
    disk.empty()

    async with live(full_server.url, beside) as follower:
        await follower.until_end()
    assert follower.ledger.end["status"] in ("completed", "failed")
    assert follower.ledger.end["rows"] == len(follower.ledger.rows)
