"""One zstd frame per event, and the index record that says where it lies. Pure.

Concatenated frames are one valid zstd body (RFC 8878, 3), so `zstdcat` shows a backlog and a
client that takes zstd is sent the frames as they lie. Frame and record each carry a CRC-32:
what a fault of the disk or a torn write left is noticed before it is served.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Literal, Protocol, cast
from zlib import crc32

import zstandard

LEVEL = 1  # level 3 costs twice as much for the same size
LAYOUT = struct.Struct("<QIIIQIIB3x")
CHECK = struct.Struct("<I")
RECORD_BYTES = LAYOUT.size + CHECK.size

Kind = Literal["other", "chunk", "final"]
PIECE_BYTES = 64 * 1024  # what a client that takes nothing can make us hold

KINDS: tuple[Kind, ...] = ("other", "chunk", "final")


class Source(Protocol):
    """A frame that is read in pieces."""

    def read(self, size: int, /) -> bytes:
        """At most so many of the next bytes; none at the end."""
        ...


class Damaged(Exception):
    """A frame is not what its record says: the file was changed or torn."""


@dataclass(frozen=True, slots=True)
class Record:
    """Where one event lies; `chunk`, `first_row` and `count` are those of the last chunk so far."""

    offset: int
    length: int
    plain_length: int
    chunk: int
    first_row: int
    count: int
    frame_check: int
    kind: Kind

    @property
    def rows(self) -> int:
        """Rows up to and including this event."""
        return self.first_row + self.count

    def pack(self) -> bytes:
        """The record as it stands in the index file."""
        body = LAYOUT.pack(
            self.offset,
            self.length,
            self.plain_length,
            self.chunk,
            self.first_row,
            self.count,
            self.frame_check,
            KINDS.index(self.kind),
        )
        return body + CHECK.pack(crc32(body))


def unpack(raw: bytes) -> Record | None:
    """The record in these bytes, or None where none was written whole; zeros are none."""
    if len(raw) != RECORD_BYTES or raw[-4:] != CHECK.pack(crc32(raw[:-4])):
        return None
    offset, length, plain_length, chunk, first_row, count, check, kind = LAYOUT.unpack(raw[:-4])
    return Record(
        offset=offset,
        length=length,
        plain_length=plain_length,
        chunk=chunk,
        first_row=first_row,
        count=count,
        frame_check=check,
        kind=KINDS[int(kind)],
    )


def compress(event: bytes) -> bytes:
    """The event as one zstd frame; releases the GIL while it works."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(event)


def checked(frame: bytes, record: Record) -> bytes:
    """The frame, when it is the one that was recorded; else Damaged."""
    if len(frame) != record.length or crc32(frame) != record.frame_check:
        raise Damaged
    return frame


def decompress(frame: bytes, record: Record) -> bytes:
    """The event in a checked frame."""
    return zstandard.ZstdDecompressor().decompress(frame, max_output_size=record.plain_length)


def pieces(source: Source) -> Iterator[bytes]:
    """All of a source, a piece at a time."""
    while piece := source.read(PIECE_BYTES):
        yield piece


def decompressed(source: Source) -> Iterator[bytes]:
    """The event in a checked frame, in pieces: many followers may stand in one of megabytes."""
    return zstandard.ZstdDecompressor().read_to_iter(
        cast("IO[bytes]", source),  # it only reads
        read_size=PIECE_BYTES,
        write_size=PIECE_BYTES,
    )
