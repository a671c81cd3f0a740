"""The server's memory is bounded in bytes, whatever the rows are and whoever does not read them.

Read as the high-water mark that the kernel keeps for a server process; the budget is 150 MB.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from app.settings import Settings
from tests.adversity.server_process import ServerProcess, server_process
from tests.problem import assert_problem_object
from tests.readers import both_readers

MOST_MIB = 150 * 10**6 / 2**20
UNREADING = 50

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[ServerProcess]:
    async with server_process(settings) as process:
        yield process


async def ended(
    server: ServerProcess, report: str, *, coding: str = "zstd", **arguments: object
) -> dict[str, Any]:
    """The end of a run that was followed to it."""
    run = await server.start(report, **arguments)
    await server.read_through(run, coding)
    return await server.get(run)


# Ten million rows take a minute on an idle machine with two cores, and several on a busy one.
@both_readers
@pytest.mark.timeout(600)
async def test_millions_of_narrow_rows(server: ServerProcess, reader: str) -> None:
    rows = 10_000_000 if reader == "cursor" else 3_000_000
    run = await ended(server, "narrow", n=rows)

    assert (run["status"], run["rows"], run["total"]) == ("completed", rows, rows)
    assert server.peak_mib < MOST_MIB


# A gigabyte takes five seconds on an idle machine.
@pytest.mark.timeout(240)
@pytest.mark.parametrize("coding", ["zstd", "identity", "gzip"])
@both_readers
async def test_rows_of_a_megabyte(server: ServerProcess, coding: str, reader: str) -> None:
    rows = 1000 if (coding, reader) == ("zstd", "cursor") else 300
    run = await ended(server, "wide", coding=coding, n=rows)

    assert (run["status"], run["rows"]) == ("completed", rows)
    assert server.peak_mib < MOST_MIB


@both_readers
async def test_rows_that_turn_wide_in_the_middle_of_a_fetch(server: ServerProcess) -> None:
    run = await ended(server, "turning")

    assert (run["status"], run["rows"]) == ("completed", 20200)
    assert server.peak_mib < MOST_MIB


@both_readers
async def test_a_value_of_200_mb_ends_its_run_and_the_rows_before_it_stay(
    server: ServerProcess,
) -> None:
    run = await ended(server, "huge")

    assert (run["status"], run["rows"]) == ("failed", 1500)
    assert_problem_object(run["error"], "too_large")
    assert "'value'" in run["error"]["detail"]
    assert server.peak_mib < MOST_MIB


@both_readers
async def test_many_wide_columns(server: ServerProcess) -> None:
    run = await ended(server, "columns")

    assert (run["status"], run["rows"]) == ("completed", 100)
    assert server.peak_mib < MOST_MIB


@both_readers
async def test_ten_columns_of_a_megabyte_are_more_than_a_row_may_have(
    server: ServerProcess,
) -> None:
    run = await ended(server, "columns", bytes=1_000_000)

    assert (run["status"], run["rows"]) == ("failed", 0)
    assert_problem_object(run["error"], "too_large")
    assert server.peak_mib < MOST_MIB


@both_readers
async def test_many_columns_that_are_each_as_large_as_a_row_may_be(server: ServerProcess) -> None:
    run = await ended(server, "cells", characters=4_000_000)

    assert (run["status"], run["rows"]) == ("failed", 0)
    assert_problem_object(run["error"], "too_large")
    assert server.peak_mib < MOST_MIB


# One wide character makes Python keep four bytes for each; JSON has six for a control character.
@both_readers
@pytest.mark.parametrize(
    ("report", "arguments", "rows"),
    [
        ("emoji", {}, 60),
        ("control", {}, 30),
        ("sized", {"characters": 4_000, "n": 5000}, 5000),
        ("sized", {"characters": 60_000, "n": 300}, 300),
        ("sized", {"characters": 500_000, "n": 30}, 30),
        ("sized", {"characters": 60_000, "code": 1, "n": 300}, 300),
    ],
)
async def test_texts_that_are_larger_in_memory_than_in_the_database(
    server: ServerProcess, report: str, arguments: dict[str, Any], rows: int
) -> None:
    run = await ended(server, report, **arguments)

    assert (run["status"], run["rows"]) == ("completed", rows)
    assert server.peak_mib < MOST_MIB


async def test_downloads_of_wide_rows(server: ServerProcess) -> None:
    run = await ended(server, "columns")
    for form in ("csv", "json", "ndjson"):
        async with server.client.stream("GET", f"/api/runs/{run['run']}/rows.{form}") as answer:
            size = sum([len(piece) async for piece in answer.aiter_raw()])
        assert size > 400_000_000

    assert server.peak_mib < MOST_MIB


@contextmanager
def unreading(server: ServerProcess, run: str, coding: str) -> Generator[list[socket.socket]]:
    """Followers that ask for the stream and take nothing of it."""
    request = f"GET /api/runs/{run}/stream HTTP/1.1\r\nHost: localhost\r\n"
    with ExitStack() as stack:
        followers: list[socket.socket] = []
        for _ in range(UNREADING):
            follower = stack.enter_context(socket.socket())
            follower.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            follower.connect(("127.0.0.1", server.port))
            follower.sendall(f"{request}Accept-Encoding: {coding}\r\n\r\n".encode())
            followers.append(follower)
        yield followers


@pytest.mark.parametrize("coding", ["zstd", "identity", "gzip"])
@pytest.mark.parametrize(("report", "rows"), [("narrow", 500_000), ("wide", 100), ("emoji", 10)])
async def test_fifty_followers_that_do_not_read(
    server: ServerProcess, report: str, rows: int, coding: str
) -> None:
    run = await server.start(report, n=rows)
    with unreading(server, run, coding):
        await asyncio.wait_for(server.read_through(run, "zstd"), 60)
        # Each of the fifty has by now been sent what it will ever take.
        assert server.peak_mib < MOST_MIB
