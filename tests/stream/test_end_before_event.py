"""A run's status ends a moment before its last event is written: a follower waits for the event."""

import pytest

from app.runs.events import PING
from app.runs.run import Run, RunId
from tests.following import pieces_of
from tests.serving import Served

PING_SECONDS = 1.0


async def test_the_last_event_is_waited_for_and_has_its_number(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await server.runs.get(RunId(await server.start("sleeping")))
    ended = run.cancelled(run.created_at, "user")

    async def get(_: RunId) -> Run:
        return ended

    with monkeypatch.context() as moment:
        moment.setattr(server.runs, "get", get)
        pieces = pieces_of(server, ended, ping_seconds=PING_SECONDS)
        while await anext(pieces) != PING:
            pass
    await server.client.delete(f"/api/runs/{run.id}")
    rest = b"".join([piece async for piece in pieces if piece != PING])
    assert b"event: cancelled\n" in rest
    assert rest.count(b"\nevent: ") == rest.count(b"id: ")
