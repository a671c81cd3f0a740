"""One server for each reader, over one database, with a clock that stands still.

What the runs of both tell can then be held against each other, signs of life included.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson

from app.application import create_app
from app.runs.clock import Clock
from app.runs.stop import Stop
from app.settings import Settings
from tests.readers import READERS
from tests.serving import PLAIN, WAIT_SECONDS, Served, serving
from tests.sse_client import Event

UNTIMED = 3600.0  # seconds: no chunk ends because its time is up
# Rows that do not end must fail in the test: after pytest's alarm the test would still be reading,
# and the servers would wait for it before they close.
READ_SECONDS = 20.0
NOW = datetime.now(UTC)
STILL = Clock(now=lambda: NOW, monotonic=lambda: 0.0)
OWN = ("run", "reader", "reader_reason")  # what each run has for itself

Told = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Both:
    """The servers, in the order of `READERS`, and the folder of their reports."""

    served: Sequence[Served]
    reports: Path

    def write(self, name: str, sql: str, *keys: str) -> None:
        """A report without a total; `keys` are further lines of its TOML."""
        lines = [f'title = "{name}"', 'total = "none"', *keys]
        head = "".join(f"-- {line}\n" for line in lines)
        (self.reports / f"{name}.sql").write_text(head + sql)

    async def told(self, report: str, **query: str) -> list[Told]:
        """What the run of each reader tells, but for what is each run's own."""
        path = f"/api/reports/stream/{report}?{httpx.QueryParams(query)}"
        async with asyncio.timeout(READ_SECONDS * len(self.served)):
            told = [(one.settings.reader, await one.events(path)) for one in self.served]
        return [own_left_out(events, reader) for reader, events in told]

    async def rows(self, report: str, **query: str) -> list[list[str | None]]:
        """The rows, after both readers told the same and completed."""
        cursor, copy = await self.told(report, **query)
        assert copy == cursor
        assert copy[-1][0] == "completed", copy[-1]
        chunks = [orjson.loads(data) for name, data in copy if name == "chunk"]
        return [row for chunk in chunks for row in chunk["rows"]]

    async def refused(self, report: str, **query: str) -> dict[str, Any]:
        """The problem of a start, after both answered the same."""
        path = f"/api/reports/stream/{report}?{httpx.QueryParams(query)}"
        cursor, copy = [await one.client.get(path) for one in self.served]
        assert (copy.status_code, copy.content) == (cursor.status_code, cursor.content)
        assert copy.status_code >= 400
        return copy.json()


def own_left_out(events: Sequence[Event], reader: str) -> Told:
    """Names and data of the events; chunks as the very bytes. The reader was that one."""
    return [(event.type, _told(event, reader)) for event in events]


def _told(event: Event, reader: str) -> str | dict[str, Any]:
    if event.type == "chunk":
        return event.data
    data: dict[str, Any] = orjson.loads(event.data)
    assert data.get("reader", reader) == reader
    return _without(data, OWN)


def _without(data: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """Also inside, where an error names its run."""
    return {
        key: _without(value, keys) if key == "error" else value
        for key, value in data.items()
        if key not in keys
    }


@asynccontextmanager
async def both_serving(folder: Path, url: str, **more: Any) -> AsyncGenerator[Both]:  # noqa: ANN401  (any of the settings)
    """A server with each reader over this database; `more` are other settings."""
    reports = folder / "reports"
    reports.mkdir()
    settings = Settings(reports=reports, database_url=url, chunk_delay=UNTIMED, **more)
    async with AsyncExitStack() as servers:
        served = [
            await servers.enter_async_context(
                _serving(replace(settings, reader=reader, data=folder / reader))
            )
            for reader in READERS
        ]
        yield Both(served, reports)


@asynccontextmanager
async def _serving(settings: Settings) -> AsyncGenerator[Served]:
    stop, url = Stop(), str(settings.database_url)
    state = settings.state_url or url
    app = create_app(settings, stop=stop, reading_url=url, state_url=state, clock=STILL)
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=address, timeout=WAIT_SECONDS, headers=PLAIN) as client,
    ):
        yield Served(address, app, settings, stop, client)
