"""A run's status ends a moment before its last event is written: a follower waits for the event."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import cast

import pytest

from app.runs.events import PING
from app.runs.run import Run, RunId
from app.stream.response import event_stream
from tests.serving import Served

PING_SECONDS = 1.0


async def test_the_last_event_is_waited_for_and_has_its_number(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await server.runs.get(RunId(await server.start("sleeping")))
    ended = replace(run.cancelled(run.created_at, "user"), rows=0)

    async def get(_: RunId) -> Run:
        return ended

    with monkeypatch.context() as moment:
        moment.setattr(server.runs, "get", get)
        stream = event_stream(
            server.runs,
            ended,
            after=0,
            accept_encoding="identity",
            send_timeout=5.0,
            ping_seconds=PING_SECONDS,
        )
        pieces = cast("AsyncGenerator[bytes]", vars(stream)["body_iterator"])
        while await anext(pieces) != PING:
            pass
    await server.client.delete(f"/api/runs/{run.id}")
    rest = b"".join([piece async for piece in pieces if piece != PING])
    assert b"event: cancelled\n" in rest
    assert rest.count(b"\nevent: ") == rest.count(b"id: ")
