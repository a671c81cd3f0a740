"""The load test's checks find every kind of wrong rows: what cannot fail measures nothing."""

import zlib
from collections.abc import Callable

import orjson
import pytest
import zstandard

from loadtests.following import Received, WrongRows, check_flights, events
from tests.sse_client import Event

RUN = "3f0e7f3e-6f0a-4a52-9a57-0a53f5d0b3aa"


def event(number: int, kind: str, **data: object) -> Event:
    return Event(kind, orjson.dumps(data).decode(), f"{RUN}.{number}")


def chunk(number: int, *, first_row: int, chunk: int) -> Event:
    rows = [[str(first_row + at), "x"] for at in (1, 2)]
    return event(number, "chunk", chunk=chunk, first_row=first_row, count=2, rows=rows)


def received(*given: Event) -> Received:
    so_far = Received()
    for each in given:
        so_far.take(each)
    return so_far


def encoder(encoding: str) -> Callable[[bytes], bytes]:
    gzip = zlib.compressobj(wbits=31)

    def flushed(data: bytes) -> bytes:
        return gzip.compress(data) + gzip.flush(zlib.Z_SYNC_FLUSH)

    zstd = zstandard.ZstdCompressor().compress
    return {"identity": bytes, "gzip": flushed, "zstd": zstd}[encoding]


RIGHT = [
    event(1, "run"),
    chunk(2, first_row=0, chunk=1),
    Event("ping", "{}", f"{RUN}.2"),
    chunk(3, first_row=2, chunk=2),
    event(4, "completed", status="completed", rows=4, chunks=2),
]


def test_a_whole_run_is_right() -> None:
    received(*RIGHT).check_completed(4)


@pytest.mark.parametrize(
    "wrong",
    [
        [RIGHT[0], RIGHT[3]],
        [*RIGHT[:2], RIGHT[1]],
        [*RIGHT[:2], chunk(3, first_row=0, chunk=2)],
        [*RIGHT[:2], chunk(3, first_row=4, chunk=3)],
        [*RIGHT[:2], event(3, "completed", status="completed", rows=3, chunks=1)],
        [RIGHT[0], Event("progress", "{}", "another-run.2")],
        [RIGHT[0], Event("progress", "{}", "")],
    ],
    ids=["gap", "double", "rows twice", "rows missing", "a wrong end", "another run", "no id"],
)
def test_wrong_events_are_found(wrong: list[Event]) -> None:
    with pytest.raises(WrongRows):
        received(*wrong)


@pytest.mark.parametrize("until", [1, 3, 4])
def test_a_run_without_its_end_is_not_complete(until: int) -> None:
    with pytest.raises(WrongRows):
        received(*RIGHT[:until]).check_completed(4)


def test_rows_out_of_order_are_found() -> None:
    with pytest.raises(WrongRows, match="Row 3"):
        check_flights([["1"], ["3"], ["2"]], first_row=0)


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
def test_every_encoding_gives_each_event_as_it_comes(encoding: str) -> None:
    encode = encoder(encoding)
    pieces = (encode(b"data: %d\n\n" % number) for number in range(3))

    assert [each.data for each in events(pieces, encoding)] == ["0", "1", "2"]
