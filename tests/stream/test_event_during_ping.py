"""What is written while a ping goes out is not left for the next one to find."""

import asyncio

from app.runs.events import PING
from app.runs.run import RunId
from tests.following import pieces_of
from tests.serving import Served

PING_SECONDS = 1.5  # less than the 2 s after which a run says that it lives


async def test_an_end_that_comes_while_a_ping_is_sent_is_told_at_once(server: Served) -> None:
    run = await server.runs.get(RunId(await server.start("sleeping")))
    pieces = pieces_of(server, run, ping_seconds=PING_SECONDS)
    while await anext(pieces) != PING:
        pass
    # The ping is with the client, who has not taken it yet.
    await server.client.delete(f"/api/runs/{run.id}")
    async with asyncio.timeout(PING_SECONDS / 2):
        assert b"event: cancelled" in await anext(pieces)
    await pieces.aclose()
