"""Followers whose events are compressed off the event loop: they leave in the middle, unharmed."""

import asyncio

import pytest

from tests.decoding import CODINGS, Coding
from tests.serving import Served, until
from tests.wire import asked, followed

FOLLOWERS = 20
ROWS = 12_000


async def leave(server: Served, run: str, coding: Coding, *, after: int) -> None:
    """Take so many bytes of a replay, and go."""
    async with asked(server.url, f"/api/runs/{run}/stream", coding=coding) as wire:
        while wire.received < after and not wire.whole:
            await wire.take(2048)


@pytest.mark.parametrize("coding", CODINGS)
async def test_who_leaves_in_the_middle_closes_nothing_that_is_being_read(
    server: Served, coding: Coding, caplog: pytest.LogCaptureFixture
) -> None:
    run = await server.finished("long", n=ROWS)
    whole = await followed(server.url, f"/api/runs/{run}/stream", coding)
    leaving = [leave(server, run, coding, after=3000 * each) for each in range(FOLLOWERS)]
    staying = [followed(server.url, f"/api/runs/{run}/stream", coding) for _ in range(3)]

    async with asyncio.timeout(30):
        stayed, _ = await asyncio.gather(asyncio.gather(*staying), asyncio.gather(*leaving))
        await until(lambda: server.runs.followers == 0, "the end of every response")

    assert all(each == whole for each in stayed)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
