"""A request that does not come to its end does not keep its connection."""

import asyncio
import socket
import sys

import pytest
from starlette.types import Receive, Scope, Send

from app.protocol import PatientProtocol
from app.settings import Settings
from app.sockets import listening_socket
from tests.process.serving import answer, request, serving

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body's length, when it has come."""
    body = b""
    while (message := await receive()).get("more_body"):
        body += message["body"]
    await answer(send, b"%d" % len(body + message.get("body", b"")))


class Impatient(PatientProtocol):
    """A short deadline, so that a test need not wait for the real one."""

    request_seconds = 0.2


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", b""),
        (HEAD, b"HTTP/1.1 408 Request Timeout"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf", b""),
    ],
    ids=["nothing", "half a head", "half a body"],
)
async def test_a_request_that_is_not_sent_in_time_is_given_up(sent: bytes, said: bytes) -> None:
    async with serving(echo, protocol=Impatient) as server:
        assert (await server.told(sent)).split(b"\r\n")[0] == said


async def test_a_head_sent_drop_by_drop_does_not_outlive_the_deadline() -> None:
    async with (
        serving(echo, protocol=Impatient) as server,
        server.connected(HEAD) as (reader, writer),
    ):
        drops = asyncio.create_task(drip(writer))

        assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 408")
        drops.cancel()


async def drip(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"X: y\r\n")
        await asyncio.sleep(0.02)


async def test_a_request_on_time_is_answered_however_long_that_takes() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.5)
        await answer(send, b"done")

    async with serving(slow, protocol=Impatient) as server:
        assert b"done" in await server.ask("/")


async def test_an_answered_connection_may_stay_idle() -> None:
    async with (
        serving(echo, protocol=Impatient) as server,
        server.connected() as (reader, writer),
    ):
        for _ in range(2):
            writer.write(HEAD + b"\r\n")
            assert await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 5)
            await asyncio.sleep(0.4)  # twice the deadline: it must not strike meanwhile


async def test_a_head_without_an_end_is_refused_by_its_size() -> None:
    endless = HEAD + b"X: " + b"y" * 100_000
    async with serving(echo) as server, server.connected(endless) as (reader, _):
        assert b"431 Request Header Fields Too Large" in await reader.readline()


async def test_forwarded_addresses_are_not_believed() -> None:
    async def peer(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(send, str(scope["client"][0]).encode())

    async with serving(peer) as server:
        forged = request("/").replace(b"Host", b"X-Forwarded-For: 9.9.9.9\r\nHost", 1)
        assert b"127.0.0.1" in await server.told(forged)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's options are Linux's")
async def test_a_client_that_takes_nothing_costs_little_and_is_dropped() -> None:
    taken = 0

    async def flood(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal taken
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while server.open:
            await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
            taken += 65536
            await asyncio.sleep(0)

    async with serving(flood) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(request("/"))
            async with asyncio.timeout(10):
                while not taken or server.open:  # noqa: ASYNC110  (the kernel does it)
                    await asyncio.sleep(0.05)
        assert taken < 3 * 2**20


def test_the_kernel_drops_clients_after_the_send_timeout() -> None:
    with listening_socket(Settings(port=0, send_timeout=2.5)) as listener:
        option = getattr(socket, "TCP_USER_TIMEOUT", None)
        assert option is None or listener.getsockopt(socket.IPPROTO_TCP, option) == 2500
