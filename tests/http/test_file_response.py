"""Downloads of stored files: headers, preconditions, ranges and codings, over a socket."""

import base64
import email
import gzip
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import Message
from pathlib import Path

import orjson
import pytest
import zstandard

from app.exports.ranges import MOST_RANGES
from app.exports.store import Store
from tests.problem import assert_problem_object
from tests.stored_files import Answer, Site, lay, site_of, stored

LINES = b"".join(b"%d,row %d\n" % (number, number * 7919) for number in range(40_000))
DATE = "Mon, 04 May 2026 03:02:01 GMT"
CODINGS = pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.of((tmp_path / "files").as_uri())


@pytest.fixture
async def site(store: Store) -> AsyncIterator[Site]:
    async with site_of(store, await stored(store, LINES)) as made:
        yield made


def decoded(answer: Answer) -> bytes:
    match answer.headers.get("content-encoding"):
        case "gzip":
            return gzip.decompress(answer.body)
        case "zstd":
            return zstandard.decompress(answer.body)
        case _:
            return answer.body


def assert_refused(answer: Answer, status: int) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = orjson.loads(answer.body)
    assert_problem_object(problem, "bad_request")
    assert answer.status == problem["status"] == status


def parts_of(answer: Answer) -> list[Message]:
    """The parts of a multipart body, as the standard library reads it."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + answer.body)
    assert message.is_multipart()
    return [part for part in message.walk() if not part.is_multipart()]


@CODINGS
async def test_the_whole_file_comes_in_the_coding_that_is_taken(site: Site, coding: str) -> None:
    answer = await site.ask(accept_encoding=coding)

    assert answer.status == 200
    assert decoded(answer) == LINES
    assert answer.headers.get("content-encoding", "identity") == coding
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


@CODINGS
async def test_the_digest_is_of_the_bytes_that_are_sent(site: Site, coding: str) -> None:
    answer = await site.ask(accept_encoding=coding)

    digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"


async def test_no_two_codings_have_the_same_tag_or_date(site: Site) -> None:
    answers = [await site.ask(accept_encoding=each) for each in ("identity", "gzip", "zstd")]

    tags = [answer.headers["etag"] for answer in answers]
    assert len(set(tags)) == len({answer.headers["last-modified"] for answer in answers}) == 3
    assert tags[0] == f'"{hashlib.sha256(LINES).hexdigest()[:32]}"'
    assert tags[1].endswith('-gzip"')


async def test_a_file_is_kept_by_one_person_opened_by_nobody_and_changed_by_no_proxy(
    site: Site,
) -> None:
    headers = (await site.ask()).headers

    assert headers["cache-control"] == "private, no-cache, no-transform"
    assert headers["vary"] == "Accept-Encoding, User-Agent"
    assert headers["accept-ranges"] == "bytes"
    assert headers["last-modified"] == DATE
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["content-disposition"] == (
        "attachment; filename=\"numbers.csv\"; filename*=UTF-8''numbers.csv"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("naïve €.csv", "filename=\"na_ve _.csv\"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.csv"),
        ('a"b\\c\r\n.csv', "filename=\"a_b_c__.csv\"; filename*=UTF-8''a%22b%5Cc%0D%0A.csv"),
        ("../x/y.csv", "filename=\"../x/y.csv\"; filename*=UTF-8''..%2Fx%2Fy.csv"),
    ],
)
async def test_any_name_is_said_so_that_every_client_understands(
    site: Site, name: str, expected: str
) -> None:
    site.file = replace(site.file, name=name)

    assert (await site.ask()).headers["content-disposition"] == f"attachment; {expected}"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip", "gzip"),
        ("zstd;q=0, gzip;q=0.1", "gzip"),
        ("br", "identity"),
        ("", "identity"),
        ("identity;q=0, gzip;q=0", "identity"),
    ],
)
async def test_the_coding_is_one_that_the_client_takes(
    site: Site, accepted: str, coding: str
) -> None:
    answer = await site.ask(accept_encoding=accepted)

    assert answer.headers.get("content-encoding", "identity") == coding


async def test_a_browser_gets_the_file_as_it_is(site: Site) -> None:
    """Firefox would take a coded body that was cut for a whole one."""
    answer = await site.ask(
        accept_encoding="gzip, zstd", user_agent="Mozilla/5.0 (X11; Linux x86_64) Gecko Firefox"
    )

    assert "content-encoding" not in answer.headers
    assert answer.body == LINES


async def test_the_coding_is_one_that_there_is(site: Site) -> None:
    del (codings := dict(site.file.codings))["zstd"]
    site.file = replace(site.file, codings=codings)
    some = await site.ask(accept_encoding="zstd, gzip")
    site.file = replace(site.file, codings={})
    none = await site.ask(accept_encoding="zstd, gzip")

    assert some.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in none.headers
    assert some.headers["vary"] == none.headers["vary"] == "Accept-Encoding, User-Agent"


@CODINGS
async def test_head_has_the_headers_of_get_and_no_body(site: Site, coding: str) -> None:
    get = await site.ask(accept_encoding=coding)
    head = await site.ask("HEAD", accept_encoding=coding, range="bytes=0-9")

    assert (head.status, head.body) == (200, b"")
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


@CODINGS
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_who_has_it_already_is_sent_nothing(site: Site, coding: str, method: str) -> None:
    headers = (await site.ask(accept_encoding=coding)).headers

    for condition in ({"if_none_match": headers["etag"]}, {"if_none_match": "*"}):
        answer = await site.ask(method, accept_encoding=coding, range="bytes=0-9", **condition)

        assert (answer.status, answer.body) == (304, b"")
        kept = ("etag", "vary", "cache-control", "last-modified")
        assert [answer.headers[name] for name in kept] == [headers[name] for name in kept]
        assert "content-length" not in answer.headers


async def test_who_has_another_coding_is_sent_this_one(site: Site) -> None:
    tag = (await site.ask(accept_encoding="gzip")).headers["etag"]

    assert (await site.ask(if_none_match=tag)).status == 200


async def test_who_wants_another_file_is_refused(site: Site) -> None:
    tag = (await site.ask(accept_encoding="gzip")).headers["etag"]

    assert_refused(await site.ask(if_match=tag, range="bytes=0-9"), 412)
    assert (await site.ask(if_match=tag, accept_encoding="gzip")).status == 200


@CODINGS
async def test_a_range_counts_the_bytes_that_are_sent(site: Site, coding: str) -> None:
    whole = await site.ask(accept_encoding=coding)
    answer = await site.ask(accept_encoding=coding, range="bytes=100-299")

    assert (answer.status, answer.body) == (206, whole.body[100:300])
    assert answer.headers["content-range"] == f"bytes 100-299/{len(whole.body)}"
    same = ("etag", "repr-digest", "content-type", "content-disposition", "last-modified")
    assert [answer.headers[name] for name in same] == [whole.headers[name] for name in same]
    assert answer.headers.get("content-encoding") == whole.headers.get("content-encoding")


async def test_a_range_to_the_end_and_the_last_bytes(site: Site) -> None:
    rest = await site.ask(range=f"bytes={len(LINES) - 5}-")
    last = await site.ask(range="bytes=-5")
    everything = await site.ask(range="bytes=0-")

    assert rest.body == last.body == LINES[-5:]
    assert (everything.status, everything.body) == (206, LINES)


async def test_a_range_beyond_the_end_is_refused_with_the_length(site: Site) -> None:
    answer = await site.ask(range=f"bytes={len(LINES)}-")

    assert_refused(answer, 416)
    assert answer.headers["content-range"] == f"bytes */{len(LINES)}"


async def test_an_excess_of_ranges_is_refused(site: Site) -> None:
    asked = ",".join(f"{1000 * each}-{1000 * each}" for each in range(MOST_RANGES + 1))

    assert_refused(await site.ask(range=f"bytes={asked}"), 416)


@pytest.mark.parametrize("asked", ["rows=0-9", "bytes=9-0", "bytes=x", "bytes"])
async def test_a_range_that_is_none_gets_the_whole_file(site: Site, asked: str) -> None:
    answer = await site.ask(range=asked)

    assert (answer.status, answer.body) == (200, LINES)


@CODINGS
async def test_several_ranges_come_as_parts_each_with_its_place(site: Site, coding: str) -> None:
    whole = await site.ask(accept_encoding=coding)
    size = len(whole.body)
    answer = await site.ask(accept_encoding=coding, range="bytes=5000-5999,-20,0-0")

    assert answer.status == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["etag"] == whole.headers["etag"]
    assert "content-encoding" not in answer.headers
    expected = [(5000, 6000), (size - 20, size), (0, 1)]
    for part, (start, end) in zip(parts_of(answer), expected, strict=True):
        assert part["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert part["content-type"] == "text/csv; charset=utf-8"
        assert part.get("content-encoding", "identity") == coding


async def test_the_parts_have_the_bytes_of_their_places(site: Site) -> None:
    answer = await site.ask(range="bytes=5000-5999,-20,0-9")

    bodies = [part.get_payload(decode=True) for part in parts_of(answer)]
    assert bodies == [LINES[5000:6000], LINES[-20:], LINES[:10]]


async def test_one_satisfiable_range_of_several_is_a_plain_one(site: Site) -> None:
    answer = await site.ask(range=f"bytes={len(LINES)}-,0-9")

    assert (answer.status, answer.body) == (206, LINES[:10])
    assert answer.headers["content-range"] == f"bytes 0-9/{len(LINES)}"


async def test_an_empty_file_is_whole_and_has_no_ranges(site: Site) -> None:
    site.file = await stored(site.store, b"", key="empty.1.csv", codings=())

    whole, ranged = await site.ask(), await site.ask(range="bytes=0-")
    assert (whole.status, whole.body, whole.headers["content-length"]) == (200, b"", "0")
    assert ranged.headers["content-range"] == "bytes */0"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("asked", ["bytes=0-9", "rows"])
async def test_a_file_that_is_gone_is_410(site: Site, method: str, asked: str) -> None:
    await site.store.delete([site.file.key])

    answer = await site.ask(method, range=asked)

    assert answer.status == 410
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_file_of_another_size_is_not_served(site: Site) -> None:
    await lay(site.store, site.file.key, LINES + b"more")

    answer = await site.ask(range="bytes=0-9")

    assert answer.status == 507
    assert orjson.loads(answer.body)["code"] == "storage"
