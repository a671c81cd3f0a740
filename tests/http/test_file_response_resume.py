"""Parts of a file, however asked for, are the file; parts of two are never mixed."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from app.exports.export import StoredFile
from app.exports.store import Store
from tests.stored_files import MODIFIED, Answer, Site, noise, said, site_of, stored

DATA = noise(1_500_000)
CODINGS = pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.of((tmp_path / "files").as_uri())


@pytest.fixture
async def site(store: Store) -> AsyncIterator[Site]:
    async with site_of(store, await stored(store, DATA)) as made:
        yield made


async def replaced(site: Site) -> StoredFile:
    """Another file in its place: the same name and size, other bytes."""
    later = MODIFIED + timedelta(minutes=1)
    return await stored(site.store, noise(len(DATA), seed=2), key="file.2.csv", modified=later)


def placed(answer: Answer) -> tuple[int, bytes]:
    """Where a part begins, and its bytes."""
    assert answer.status == 206
    return int(answer.headers["content-range"].removeprefix("bytes ").split("-")[0]), answer.body


@CODINGS
@FEW
@given(cuts=st.lists(st.integers(1, len(DATA) - 1), max_size=12))
async def test_random_ranges_put_together_are_the_file(
    site: Site, coding: str, cuts: list[int]
) -> None:
    whole = await site.ask(accept_encoding=coding)
    size = len(whole.body)
    edges = sorted({0, size, *(cut for cut in cuts if cut < size)})
    tag = whole.headers["etag"]

    asked = [
        site.ask(accept_encoding=coding, range=f"bytes={start}-{end - 1}", if_range=tag)
        for start, end in pairwise(edges)
    ]
    parts = sorted([placed(answer) for answer in await asyncio.gather(*asked)])

    assert b"".join(body for _, body in parts) == whole.body


@CODINGS
async def test_parallel_ranges_have_the_digest_of_the_whole(site: Site, coding: str) -> None:
    head = (await site.ask("HEAD", accept_encoding=coding)).headers
    size, step = int(head["content-length"]), 64_007

    asked = (
        site.ask(accept_encoding=coding, range=f"bytes={start}-{start + step - 1}")
        for start in range(0, size, step)
    )
    body = b"".join([placed(answer)[1] for answer in await asyncio.gather(*asked)])

    lies = {"identity": site.file.sha256} | {
        name: each.sha256 for name, each in site.file.codings.items()
    }
    assert hashlib.sha256(body).hexdigest() == lies[coding]


@CODINGS
async def test_a_resumed_download_goes_on_where_it_was(site: Site, coding: str) -> None:
    first = await site.ask(accept_encoding=coding, range="bytes=0-699999")
    tag = first.headers["etag"]
    rest = await site.ask(accept_encoding=coding, range="bytes=700000-", if_range=tag)

    assert first.body + rest.body == (await site.ask(accept_encoding=coding)).body


@CODINGS
@pytest.mark.parametrize("validator", ["etag", "last-modified"])
async def test_a_download_resumed_after_the_file_was_replaced_is_the_new_one_whole(
    site: Site, coding: str, validator: str
) -> None:
    first = await site.ask(accept_encoding=coding, range="bytes=0-699999")
    site.file = await replaced(site)
    rest = await site.ask(
        accept_encoding=coding, range="bytes=700000-", if_range=first.headers[validator]
    )

    assert rest.status == 200
    assert rest.body == (await site.ask(accept_encoding=coding)).body


@pytest.mark.parametrize("validator", ["etag", "last-modified"])
@pytest.mark.parametrize("now", ["identity", "gzip", "zstd"])
@pytest.mark.parametrize("then", ["identity", "gzip", "zstd"])
async def test_a_download_resumed_in_another_coding_is_whole(
    site: Site, then: str, now: str, validator: str
) -> None:
    first = (await site.ask("HEAD", accept_encoding=then)).headers
    answer = await site.ask(accept_encoding=now, range="bytes=5-", if_range=first[validator])

    assert answer.status == (206 if then == now else 200)


async def test_a_coding_that_came_later_does_not_change_what_was_begun(site: Site) -> None:
    complete = site.file
    site.file = replace(complete, codings={})
    first = await site.ask(accept_encoding="gzip", range="bytes=0-9")
    site.file = complete
    rest = await site.ask(accept_encoding="gzip", range="bytes=10-", if_range=first.headers["etag"])

    assert "content-encoding" not in first.headers
    assert rest.status == 200


async def test_curl_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    begun = tmp_path / "numbers.csv"
    begun.write_bytes(DATA[:600_000])

    ended, output = await said("curl", "-sS", "-f", "-C", "-", "-o", str(begun), site.url)

    assert ended == 0, output
    assert begun.read_bytes() == DATA


async def test_curl_takes_several_ranges(site: Site, tmp_path: Path) -> None:
    taken = tmp_path / "parts"

    ended, output = await said("curl", "-sS", "-f", "-r", "0-9,99990-", "-o", str(taken), site.url)

    assert ended == 0, output
    assert DATA[:10] in taken.read_bytes()
    assert DATA[99_990:] in taken.read_bytes()


@pytest.mark.parametrize("option", ["--compressed", "-4"])
async def test_curl_gets_the_file_and_the_name(site: Site, tmp_path: Path, option: str) -> None:
    command = ("curl", "-sS", "-f", option, "-OJ", "--output-dir", str(tmp_path), site.url)

    ended, output = await said(*command)

    assert ended == 0, output
    assert (tmp_path / "numbers.csv").read_bytes() == DATA
