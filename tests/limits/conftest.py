"""A server whose limits the tests set, over a database of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from app.catalog.report import Reader
from app.runs.clock import Clock
from app.settings import Settings
from tests.adversity import reports as adverse
from tests.serving import REPORTS, Served, serving_reports

LIMITED = {
    "counted": """
-- title = "Slow to count, and twice as slow to read"
-- chunk_rows = 10
select i, nap(i) as napped from generate_series(1, 120) as i where nap(i) > 0
""",
    "writing": """
-- title = "Much in little time"
-- total = "none"
-- chunk_rows = 100
select i, (select string_agg(md5((i * 40 + j)::text), '') from generate_series(1, 32) as j) as text
from (select generate_series(1, 1000000) as i) as n
""",
    "steady": """
-- title = "A row every 10 ms, for ten minutes"
-- chunk_rows = 10
select i, pg_sleep(0.01)::text as slept, repeat('.', 1000) as padding
from generate_series(1, 60000) as i
""",
    "second": """
-- title = "A second without a row"
-- total = "none"
select pg_sleep(1)::text as slept
""",
}
HASTE = 8  # times as often as usual do servers beat and go round
HURRIED = Clock(pause=lambda seconds: asyncio.sleep(seconds / HASTE))
ALL_REPORTS = {**REPORTS, **adverse.REPORTS, **LIMITED}


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The event loop that the product runs on.

    On asyncio's own, asyncpg leaves an error that nobody asks for in a connection whose opening
    was cancelled, as it is when a server ends.
    """
    return "asyncio", {"use_uvloop": True}


@pytest.fixture
def settings(tmp_path: Path, database_url: str, reader: Reader) -> Settings:
    return Settings(
        data=tmp_path / "data",
        reports=adverse.write_reports(tmp_path / "reports", ALL_REPORTS),
        database_url=database_url,
        state_url=database_url,
        follower_grace=300.0,
        reader=reader,
    )


@pytest.fixture
async def serve(settings: Settings) -> AsyncIterator[Callable[..., Awaitable[Served]]]:
    """Starts servers with other limits, on one state, that look after it more often than usual."""
    async with AsyncExitStack() as servers:

        async def start(**limits: object) -> Served:
            limited = replace(settings, **cast("dict[str, Any]", limits))
            return await servers.enter_async_context(serving_reports(limited, clock=HURRIED))

        yield start
