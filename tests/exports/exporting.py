"""Starts exports and follows them, as their readers do."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from app.runs.stop import Stop
from app.settings import Settings
from app.worker import work
from tests.serving import LOOK_SECONDS, Served

WAIT_SECONDS = 45.0  # only a failing test waits so long

Status = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exporting:
    """A server, and what is asked of it about exports."""

    served: Served

    @property
    def client(self) -> httpx.AsyncClient:
        """A client with no cookie."""
        return self.served.client

    async def start(self, form: str = "csv", **query: str | int | list[str]) -> str:
        """The id of a new export of the report `numbers`, or of another that is named."""
        answer = await self.client.post(f"/exports/{form}", params={"report": "numbers", **query})
        assert answer.status_code == 202, answer.text
        return answer.json()["exportId"]

    async def status(self, export: str) -> Status:
        """How far it is."""
        answer = await self.client.get(f"/exports/{export}/status")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def reached(self, export: str, *wanted: str) -> Status:
        """Its status when it is one of those; fails where it ends otherwise."""
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while (status := await self.status(export))["status"] not in wanted:
            assert status["status"] in ("pending", "processing"), status
            assert asyncio.get_running_loop().time() < deadline, status
            await asyncio.sleep(LOOK_SECONDS)
        return status

    async def finished(self, form: str = "csv", **query: str | int | list[str]) -> Status:
        """The status of a new export that has completed."""
        return await self.reached(await self.start(form, **query), "completed")

    async def file(self, export: str, **headers: str) -> httpx.Response:
        """Its file."""
        return await self.client.get(f"/exports/{export}/download", headers=headers)


@asynccontextmanager
async def working(settings: Settings) -> AsyncGenerator[Stop]:
    """A worker with these settings, stopped at the end."""
    stop = Stop()
    task = asyncio.create_task(work(settings, stop))
    try:
        yield stop
    finally:
        stop.begin()
        await task
