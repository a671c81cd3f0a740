"""Frames and the records that say where they lie: whole, or noticed."""

from dataclasses import replace
from typing import get_args
from zlib import crc32

import pytest
import zstandard
from hypothesis import given, strategies as st

from app.runs.frames import (
    KINDS,
    RECORD_BYTES,
    Damaged,
    Kind,
    Record,
    checked,
    compress,
    decompress,
    unpack,
)

U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
RECORDS = st.builds(
    Record,
    offset=U64,
    length=U32,
    plain_length=U32,
    chunk=U32,
    first_row=U64,
    count=U32,
    frame_check=U32,
    kind=st.sampled_from(KINDS),
)
EVENTS = st.binary(max_size=500)


def record_of(event: bytes) -> Record:
    frame = compress(event)
    return Record(0, len(frame), len(event), 0, 0, 0, crc32(frame), "other")


@given(RECORDS)
def test_a_record_comes_back(record: Record) -> None:
    packed = record.pack()

    assert len(packed) == RECORD_BYTES
    assert unpack(packed) == record


@given(RECORDS, st.integers(0, RECORD_BYTES * 8 - 1))
def test_a_flipped_bit_makes_it_no_record(record: Record, bit: int) -> None:
    packed = bytearray(record.pack())
    packed[bit // 8] ^= 1 << bit % 8

    assert unpack(bytes(packed)) is None


@pytest.mark.parametrize("length", [0, 1, RECORD_BYTES - 1, RECORD_BYTES + 1])
def test_a_piece_of_another_length_is_no_record(length: int) -> None:
    packed = record_of(b"event").pack() + b"\0"

    assert unpack(packed[:length]) is None


def test_space_that_is_only_set_aside_is_no_record() -> None:
    assert unpack(bytes(RECORD_BYTES)) is None


def test_every_kind_has_its_number() -> None:
    assert get_args(Kind) == KINDS


@given(EVENTS)
def test_an_event_comes_back_from_its_frame(event: bytes) -> None:
    record = record_of(event)

    assert decompress(checked(compress(event), record), record) == event


@given(st.lists(EVENTS))
def test_frames_one_after_the_other_are_one_body(events: list[bytes]) -> None:
    body = b"".join(compress(event) for event in events)

    reader = zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True)

    assert reader.read() == b"".join(events)


@given(EVENTS, st.data())
def test_a_changed_frame_is_noticed(event: bytes, data: st.DataObject) -> None:
    frame = bytearray(compress(event))
    frame[data.draw(st.integers(0, len(frame) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(Damaged):
        checked(bytes(frame), record_of(event))


@pytest.mark.parametrize("frame", [b"", compress(b"event")[:-1], compress(b"event") + b"\0"])
def test_a_torn_frame_is_noticed(frame: bytes) -> None:
    with pytest.raises(Damaged):
        checked(frame, record_of(b"event"))


def test_a_frame_of_another_event_is_noticed() -> None:
    record = replace(record_of(b"one"), length=len(compress(b"two")))

    with pytest.raises(Damaged):
        checked(compress(b"two"), record)
