"""Rows of many megabytes: the largest that an export takes, and what is said of a larger one."""

import re
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from app.settings import Settings
from tests.exports.exporting import Exporting
from tests.exports.traces import Traces
from tests.exports.working_process import worker_process
from tests.serving import until

LARGE = """
-- parameters = [{ name = "mib", label = "MiB of a row", default = 200 }]
select i, case when i = 1000 then repeat('x', $1::int * 1048576 - 100) else 'short' end as text
from generate_series(1, 2000) as i
"""
MOST_KB = 150_000_000 // 1024

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    assert settings.reports is not None
    (settings.reports / "large.sql").write_text(LARGE.lstrip())
    return settings


def peak_kb(pid: int) -> int:
    """The most memory that a process has had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+([0-9]+) kB", status)[0])


async def test_a_row_that_is_too_large_fails_its_export_and_costs_no_memory(
    settings: Settings, server: Exporting, traces: Traces
) -> None:
    async with worker_process(settings) as worker:
        for form in ("json", "parquet"):
            status = await server.reached(await server.start(form, report="large"), "failed")
            assert status["error"]["code"] == "too_large"
            assert "8 MiB" in status["error"]["detail"]
            assert "Leave its large columns out" in status["error"]["detail"]
        await traces.until_none()
        assert peak_kb(worker.process.pid) < MOST_KB
        await server.finished(report="large", mib=1)


async def test_rows_that_are_as_large_as_they_may_be_keep_the_worker_small(
    settings: Settings, server: Exporting
) -> None:
    async with worker_process(settings) as worker:
        for form in ("csv", "json"):
            exports = [await server.start(form, report="large", mib=8) for _ in range(2)]
            for each in exports:
                await server.reached(each, "completed")
                assert (await server.file(each)).content.count(b"x" * (8 * 2**20 - 100)) == 1
        assert peak_kb(worker.process.pid) < MOST_KB


async def test_a_row_that_is_too_large_cuts_a_direct_download(server: Exporting) -> None:
    with capture_logs() as logs, pytest.raises(httpx.ReadError):
        await server.client.get("/api/reports/large/rows.csv")
    await until(lambda: any(each["event"] == "download_cut" for each in logs), "the line")

    [cut] = [each for each in logs if each["event"] == "download_cut"]
    assert cut["code"] == "too_large"
