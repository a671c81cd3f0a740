"""The event stream of a run behind an address of the test's own, with times of its choice."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.runs.run import Run, RunId
from app.stream.response import PING_SECONDS, event_stream
from tests.decoding import Coding
from tests.serving import Served, serving, small_app
from tests.wire import Wire, asked

LONG = 60.0  # seconds; a test that waits for it has failed


@asynccontextmanager
async def following(
    server: Served,
    run: str,
    *,
    ping_seconds: float = PING_SECONDS,
    send_timeout: float = LONG,
    coding: Coding = "identity",
    buffer: int | None = None,
) -> AsyncGenerator[Wire]:
    """One follower. The kernel's own time limit for its socket is out of reach."""

    async def stream(request: Request) -> Response:
        return event_stream(
            server.runs,
            await server.runs.get(RunId(run)),
            after=0,
            accept_encoding=request.headers["accept-encoding"],
            send_timeout=send_timeout,
            ping_seconds=ping_seconds,
        )

    app = small_app([Route("/stream", stream)])
    async with (
        serving(app, send_timeout=LONG) as url,
        asked(url, "/stream", coding=coding, buffer=buffer) as wire,
    ):
        yield wire


def pieces_of(server: Served, run: Run, *, ping_seconds: float) -> AsyncGenerator[bytes]:
    """The pieces of a run's event stream as they would be sent, each when the test takes it."""
    stream = event_stream(
        server.runs,
        run,
        after=0,
        accept_encoding="identity",
        send_timeout=LONG,
        ping_seconds=ping_seconds,
    )
    return cast("AsyncGenerator[bytes]", vars(stream)["body_iterator"])
