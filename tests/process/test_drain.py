"""A stop drains before it interrupts, delivers before it cuts, and ends at once if asked twice."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.runs.stop import Abandoned, Stop
from tests.process.serving import Progress, answer, request, serving

START: Message = {"type": "http.response.start", "status": 200, "headers": []}


def following(runs: Progress) -> ASGIApp:
    """An application whose `/stream` ends after the runs were interrupted."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/stream":
            await answer(send, b"hello")
            return
        await send(START)
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await runs.interrupted.wait()
        await send({"type": "http.response.body", "body": b"last"})

    return application


async def flooding(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that sends for as long as somebody takes it."""
    await send(START)
    while True:
        await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
        await asyncio.sleep(0)


async def test_requests_are_answered_while_it_drains() -> None:
    runs = Progress(active=1)
    async with serving(following(runs), runs=runs) as server:
        server.stop.begin()

        assert (await server.ask("/")).endswith(b"hello\r\n0\r\n\r\n")
        assert not runs.interrupted.is_set()


async def test_it_ends_as_soon_as_nothing_runs() -> None:
    runs = Progress(active=1)
    async with serving(following(runs), runs=runs) as server:
        server.stop.begin()
        runs.active = 0

        await server.ended(within=2)
        assert runs.interrupted.is_set()


async def test_after_the_grace_period_runs_are_interrupted_and_followers_get_the_end() -> None:
    runs = Progress(active=1)
    async with serving(following(runs), runs=runs, grace=0.2) as server:
        async with server.connected(request("/stream")) as (reader, _):
            await reader.readuntil(b"first")
            server.stop.begin()

            assert b"last" in await reader.read()
        await server.ended(within=2)


async def test_followers_that_do_not_read_do_not_hold_it_up() -> None:
    async with serving(flooding, grace=0.1) as server, AsyncExitStack() as clients:
        for _ in range(5):
            reader, _ = await clients.enter_async_context(server.connected(request("/")))
            await reader.readexactly(100_000)
        server.stop.begin()

        await server.ended(within=3)


async def test_a_second_request_to_stop_ends_it_at_once() -> None:
    runs = Progress(active=1)
    async with serving(following(runs), runs=runs) as server:
        async with server.connected(request("/stream")) as (reader, _):
            await reader.readuntil(b"first")
            server.stop.begin()
            server.stop.begin()

            await server.ended(within=1)
        assert not runs.interrupted.is_set()


async def test_runs_that_cannot_be_interrupted_do_not_hold_it_up() -> None:
    class Stuck(Progress):
        async def interrupt_all(self) -> None:
            await asyncio.Event().wait()

    runs = Stuck(active=1)
    async with serving(following(runs), runs=runs, grace=0.1) as server:
        server.stop.begin()

        await server.ended(within=4)


async def test_an_idle_connection_does_not_hold_it_up() -> None:
    async with serving(following(Progress())) as server, server.connected():
        server.stop.begin()

        await server.ended(within=2)


async def test_work_is_abandoned_when_the_stop_begins_before_its_end() -> None:
    stop = Stop()
    asyncio.get_running_loop().call_later(0.01, stop.begin)
    with pytest.raises(Abandoned):
        await worked(stop)


async def test_work_is_abandoned_when_the_stop_began_before_it() -> None:
    stop = Stop()
    stop.begin()
    with pytest.raises(Abandoned):
        await worked(stop)


async def worked(stop: Stop) -> None:
    async with stop.abandoning():
        await asyncio.Event().wait()


async def test_other_timeouts_pass_through_abandoning_as_they_are() -> None:
    with pytest.raises(TimeoutError, match="mine"):
        async with Stop().abandoning():
            raise TimeoutError("mine")
