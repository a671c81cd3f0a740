"""The three content codings: each event can be read as soon as its bytes are there."""

import gzip
import os
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
import zstandard
from hypothesis import given, strategies as st

from app.runs.frames import PIECE_BYTES, compress
from app.stream.encodings import Coding, Encoder, choose_coding, encoder

EVENTS = st.lists(st.binary(min_size=1, max_size=300), max_size=8)
CODINGS = pytest.mark.parametrize("coding", ["zstd", "gzip", "identity"])


def decoder(coding: Coding) -> Callable[[bytes], bytes]:
    """Gives what can be read of the body so far."""
    if coding == "gzip":
        return zlib.decompressobj(wbits=31).decompress
    if coding == "identity":
        return bytes
    return lambda body: zstandard.ZstdDecompressor().stream_reader(body).read()


def stored(coder: Encoder, event: bytes) -> bytes:
    return b"".join(coder.stored(BytesIO(compress(event))))


@CODINGS
@given(events=EVENTS)
def test_each_event_can_be_read_when_it_is_there(coding: Coding, events: list[bytes]) -> None:
    coder, decode = encoder(coding), decoder(coding)

    assert [decode(stored(coder, event)) for event in events] == events


@CODINGS
@given(events=EVENTS)
def test_pings_and_events_are_one_body(coding: Coding, events: list[bytes]) -> None:
    coder, decode = encoder(coding), decoder(coding)

    pieces = [each for event in events for each in (coder.plain(b"ping"), stored(coder, event))]

    assert b"".join(map(decode, pieces)) == b"".join(b"ping" + event for event in events)
    assert decode(coder.end()) == b""


def whole_zstd(body: bytes) -> bytes:
    return zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True).read()


@pytest.mark.parametrize(("coding", "whole"), [("gzip", gzip.decompress), ("zstd", whole_zstd)])
def test_the_whole_body_is_valid(coding: Coding, whole: Callable[[bytes], bytes]) -> None:
    coder = encoder(coding)

    body = coder.plain(b"retry") + stored(coder, b"a" * 10_000) + stored(coder, b"b") + coder.end()

    assert whole(body) == b"retry" + b"a" * 10_000 + b"b"


def test_zstd_sends_the_frame_as_it_lies() -> None:
    frame = compress(b"event")

    assert stored(encoder("zstd"), b"event") == frame


@CODINGS
def test_a_large_event_comes_in_pieces(coding: Coding) -> None:
    event = os.urandom(10 * PIECE_BYTES)

    sizes = [len(piece) for piece in encoder(coding).stored(BytesIO(compress(event)))]

    assert sum(sizes) >= len(event)
    assert max(sizes) < 3 * PIECE_BYTES


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", "identity"),
        ("identity", "identity"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("br", "identity"),
        ("*", "gzip"),
        ("*;q=0", "identity"),
        ("gzip;q=0, *", "identity"),
        ("zstd;q=0, gzip;q=0.5", "gzip"),
        ("zstd;q=0.001", "zstd"),
        ("zstd; q=0.000 , gzip ; q=1.000", "gzip"),
        ("gzip;q=", "gzip"),
        (",, ;;, gzip ,", "gzip"),
        ("zstd;level=3;q=0", "identity"),
        ("x-gzip, zstdx", "identity"),
    ],
)
def test_the_coding_is_one_that_the_client_takes(accepted: str, coding: Coding) -> None:
    assert choose_coding(accepted) == coding


@given(st.text())
def test_no_header_makes_choosing_fail(header: str) -> None:
    assert choose_coding(header) in ("zstd", "gzip", "identity")
