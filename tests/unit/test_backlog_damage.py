"""What is not whole in a backlog is noticed: a torn tail, a flipped byte, half of its files."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import Gone
from app.runs.backlog import BacklogFolder
from app.runs.backlog_reader import damaged_error
from app.runs.frames import RECORD_BYTES, Damaged
from tests.backlog_events import RUN, append, events_of


@pytest.mark.parametrize("cut", range(1, RECORD_BYTES + 1))
def test_a_torn_record_is_not_there(
    written: BacklogFolder, files: tuple[Path, Path], cut: int
) -> None:
    os.truncate(files[1], 9 * RECORD_BYTES - cut)

    with written.reader(RUN) as reader:
        assert (reader.count(), reader.complete, reader.record(9)) == (8, False, None)


def test_a_writer_goes_on_after_a_torn_record(
    written: BacklogFolder, files: tuple[Path, Path]
) -> None:
    os.truncate(files[1], 9 * RECORD_BYTES - 1)
    with written.adopt(RUN) as adopted:
        append(adopted, "chunk", {"chunk": 4}, 10)

    with written.reader(RUN) as reader:
        assert (reader.count(), reader.chunk(4)) == (9, b'{"chunk":4}')
        assert len(events_of(reader)) == 9


def flip(path: Path, offset: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[offset] ^= 0x40
    path.write_bytes(raw)


@pytest.mark.parametrize("damage", [flip, os.truncate], ids=["flipped", "torn"])
def test_damaged_frames_are_never_served(
    written: BacklogFolder, files: tuple[Path, Path], damage: Callable[[Path, int], None]
) -> None:
    with written.reader(RUN) as reader:
        record = reader.record(5)
        assert record is not None
        damage(files[0], record.offset + record.length // 2)

        assert reader.chunk(1) == b'{"chunk":1}'
        with pytest.raises(Damaged):
            reader.chunk(2)


def test_every_flipped_byte_of_the_frames_is_noticed(
    written: BacklogFolder, files: tuple[Path, Path]
) -> None:
    for offset in range(files[0].stat().st_size):
        flip(files[0], offset)
        with written.reader(RUN) as reader, pytest.raises(Damaged):
            events_of(reader)
        flip(files[0], offset)


def test_every_flipped_byte_of_the_index_ends_the_backlog_there(
    written: BacklogFolder, files: tuple[Path, Path]
) -> None:
    for offset in range(files[1].stat().st_size):
        flip(files[1], offset)
        with written.reader(RUN) as reader:
            assert reader.count() == offset // RECORD_BYTES
        flip(files[1], offset)


@pytest.mark.parametrize("gone", [0, 1])
def test_half_a_backlog_is_none(
    written: BacklogFolder, files: tuple[Path, Path], gone: int
) -> None:
    files[gone].unlink()

    with pytest.raises(Gone):
        written.reader(RUN)
    with pytest.raises(Gone):
        written.adopt(RUN)


def test_damage_is_told_in_a_sentence() -> None:
    assert damaged_error().problem()["code"] == "storage"
