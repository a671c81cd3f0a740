"""Downloads that go on where they were cut, by clients that decode what they get."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.exports.exporting import WAIT_SECONDS, Exporting
from tests.serving import LOOK_SECONDS

LIST = "deflate, gzip, br, zstd"  # curl's with --compressed


@pytest.fixture
async def export(exporting: Exporting) -> str:
    """An export whose compressed forms are there."""
    status = await exporting.finished(report="numbers", n=20_000)
    name = str(status["exportId"])
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while len((await exporting.status(name))["file"]["codings"]) < 2:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(LOOK_SECONDS)
    return name


@pytest.mark.parametrize("had", [10, 100_000])
async def test_curl_goes_on_with_what_it_has_decoded(
    exporting: Exporting, export: str, tmp_path: Path, had: int
) -> None:
    whole = (await exporting.file(export)).content
    assert had < len(whole)
    begun = tmp_path / "begun.csv"
    begun.write_bytes(whole[:had])

    url = f"{exporting.served.url}/exports/{export}/download"
    command = ("curl", "-sS", "-f", "-m", "20", "--compressed", "-C", "-", "-o", str(begun), url)
    curl = await asyncio.create_subprocess_exec(*command)

    assert await curl.wait() == 0
    assert begun.read_bytes() == whole


async def test_who_names_what_he_has_goes_on_with_its_coded_bytes(
    exporting: Exporting, export: str
) -> None:
    whole = await _raw(exporting, export)
    rest = await _raw(exporting, export, range="bytes=100-", if_range=whole.headers["etag"])

    assert whole.headers["content-encoding"] == "zstd"
    assert rest.status_code == 206
    assert rest.extensions["raw"] == whole.extensions["raw"][100:]


async def test_who_asks_for_one_coding_gets_ranges_of_it(exporting: Exporting, export: str) -> None:
    whole = await _raw(exporting, export, accept_encoding="gzip")
    rest = await _raw(exporting, export, accept_encoding="gzip, identity;q=0.1", range="bytes=9-")

    assert rest.extensions["raw"] == whole.extensions["raw"][9:]


async def _raw(exporting: Exporting, export: str, **headers: str) -> httpx.Response:
    """The answer; its body as it was sent is in the extension `raw`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"/exports/{export}/download"
    given = {"accept-encoding": LIST, **named}
    async with exporting.client.stream("GET", url, headers=given) as answer:
        answer.extensions["raw"] = b"".join([each async for each in answer.aiter_raw()])
        return answer
