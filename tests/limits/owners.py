"""People, told apart by their cookies, and what their starts are answered."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx

from app.access.owner import COOKIE
from tests.serving import Served


@asynccontextmanager
async def owner(server: Served, name: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of this person."""
    cookies = {COOKIE: name.ljust(32, "-")}
    async with httpx.AsyncClient(base_url=server.url, cookies=cookies, timeout=20.0) as client:
        yield client


async def start(client: httpx.AsyncClient, report: str, **arguments: object) -> str:
    """A new run's id."""
    answer = await client.post(f"/api/reports/{report}/runs", json={"arguments": arguments})
    assert answer.status_code == 201, answer.text
    return answer.json()["run"]


async def start_all(*clients: httpx.AsyncClient, report: str, times: int) -> list[httpx.Response]:
    """What so many starts of each client, made at the same time, are answered."""
    asked = [client.post(f"/api/reports/{report}/runs") for client in clients for _ in range(times)]
    return await asyncio.gather(*asked)
