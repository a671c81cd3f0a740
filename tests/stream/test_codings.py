"""Content codings: what goes out for which client, at once, and decodable by anybody's tools."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from tests.decoding import CODINGS, Coding
from tests.serving import Served
from tests.wire import asked, followed

HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
}
ACCEPTED = {
    "": "identity",
    "identity": "identity",
    "gzip": "gzip",
    "zstd": "zstd",
    "gzip, deflate, br, zstd": "zstd",
    "ZSTD;q=0.1, gzip": "zstd",
    "zstd;q=0, gzip": "gzip",
    "zstd;q=0.0, gzip;q=0": "identity",
    "*": "gzip",
    "br, deflate": "identity",
}
WIDE_ROW = """
-- title = "One wide row"
select string_agg(md5(i::text), '') as text from generate_series(1, 90000) as i
"""


async def test_the_best_coding_that_the_client_takes_is_sent(server: Served) -> None:
    path = f"/api/runs/{await server.finished('empty')}/stream"
    for accepted, coding in ACCEPTED.items():
        headers = {"accept-encoding": accepted}
        async with server.client.stream("GET", path, headers=headers) as answer:
            assert answer.headers.get("content-encoding", "identity") == coding, accepted
            assert "Accept-Encoding" in answer.headers["vary"]


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("path", ["/api/reports/stream/numbers", "/api/runs/{run}/stream"])
async def test_no_cache_and_no_proxy_holds_a_stream_back(
    server: Served, path: str, coding: Coding
) -> None:
    run = await server.finished("numbers")
    async with asked(server.url, path.format(run=run), coding=coding) as wire:
        await wire.head()

    assert wire.status == 200
    assert wire.headers.items() >= HEADERS.items()


@pytest.mark.parametrize("coding", CODINGS)
async def test_each_event_arrives_as_soon_as_it_happens(server: Served, coding: Coding) -> None:
    """What is said must not wait in a compressor, nor for what is said next."""
    run, said = await server.start("one_row"), list[str]()
    async with (
        asyncio.timeout(10),
        asked(server.url, f"/api/runs/{run}/stream", coding=coding) as wire,
    ):
        while "chunk" not in said:
            said += [event.type for event in await wire.take()]

    assert (await server.client.get(f"/api/runs/{run}")).json()["status"] == "processing"


async def test_all_codings_carry_the_same_events(server: Served) -> None:
    run = await server.finished("long")
    plain, gzip, zstd = [
        await followed(server.url, f"/api/runs/{run}/stream", coding) for coding in CODINGS
    ]

    assert plain == gzip == zstd


async def test_an_event_larger_than_a_slice_is_whole(server: Served) -> None:
    reports = server.settings.reports
    assert reports is not None
    (reports / "wide_row.sql").write_text(WIDE_ROW.lstrip())
    run = await server.finished("wide_row")
    for coding in CODINGS:
        events = await followed(server.url, f"/api/runs/{run}/stream", coding)
        [chunk] = [event for event in events if event.type == "chunk"]
        assert len(chunk.data) > 90_000 * 32


@pytest.mark.parametrize(
    ("coding", "tool"), [("zstd", "zstd"), ("gzip", "gzip"), ("identity", "cat")]
)
async def test_curls_file_is_decoded_by_the_codings_own_tool(
    server: Served, tmp_path: Path, coding: str, tool: str
) -> None:
    run = await server.finished("small_chunks")
    url, file = f"{server.url}/api/runs/{run}/stream", tmp_path / "body"
    curl = ["curl", "-sSfN", "-H", f"Accept-Encoding: {coding}", "-o", str(file), url]
    await asyncio.to_thread(subprocess.run, curl, check=True, timeout=20)
    options = ["-dc"] if tool != "cat" else []
    decode = [tool, *options, str(file)]
    decoded = await asyncio.to_thread(subprocess.run, decode, check=True, capture_output=True)

    plain = await server.client.get(f"/api/runs/{run}/stream")
    assert decoded.stdout == plain.content


async def test_the_backlog_is_the_transcript_that_zstd_clients_are_sent(server: Served) -> None:
    run = await server.finished("small_chunks")
    file = server.settings.data / "backlog" / f"{run}.zst"
    async with server.client.stream(
        "GET", f"/api/runs/{run}/stream", headers={"accept-encoding": "zstd"}
    ) as answer:
        body = b"".join([piece async for piece in answer.aiter_raw()])

    assert body.endswith(file.read_bytes())


@pytest.mark.parametrize("path", ["/api/runs/{run}/stream", "/api/reports/stream/numbers"])
async def test_head_has_the_headers_and_follows_nothing(server: Served, path: str) -> None:
    run = await server.start("sleeping")
    answer = await server.client.head(path.format(run=run))

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers.items() >= HEADERS.items()
    assert server.runs.followers == 0
