"""A ZIP file written from front to back: entries deflated as they come, by ISA-L.

The standard library's cannot be given a compressor, and zlib's takes most of the time that a
workbook costs. No ZIP64: spreadsheet programs do not all read it, so an archive that would need it
is refused (PKWARE, APPNOTE 6.3, 4.3).
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol, cast

from isal import isal_zlib

from app.errors import TooLarge

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
VERSION = 20
UTF8_NAMES = 1 << 11
DEFLATED = 8
MIDNIGHT, NEW_YEAR_1980 = 0, 1 << 5 | 1  # as all times are the same, so are files of the same rows
MOST_BYTES = 0xFFFF_FFFF
RAW_WINDOW = -15
LEVEL = 1


class Compressor(Protocol):
    """zlib's compression object, whose stubs do not say what it takes."""

    def compress(self, data: bytes | memoryview, /) -> bytes:
        """What is ready of the compressed data."""
        ...

    def flush(self) -> bytes:
        """The rest of it."""
        ...


COMPRESSOBJ = cast("Callable[..., Compressor]", vars(isal_zlib)["compressobj"])
CRC32 = cast("Callable[[bytes | memoryview, int], int]", vars(isal_zlib)["crc32"])


@dataclass(slots=True)
class Entry:
    """One file of the archive: where it begins, its CRC, and its sizes."""

    name: bytes
    offset: int
    crc: int = 0
    packed: int = 0
    size: int = 0

    def local(self) -> bytes:
        """What stands before its data."""
        return LOCAL.pack(b"PK\3\4", VERSION, *self._common(), 0) + self.name

    def central(self) -> bytes:
        """What stands in the directory at the end."""
        fields = (b"PK\1\2", VERSION, VERSION, *self._common(), 0, 0, 0, 0, 0, self.offset)
        return CENTRAL.pack(*fields) + self.name

    def _common(self) -> tuple[int, ...]:
        times = (MIDNIGHT, NEW_YEAR_1980)
        return (UTF8_NAMES, DEFLATED, *times, self.crc, self.packed, self.size, len(self.name))


class ZipFile:
    """An archive in a new, seekable file, which stays the caller's to close."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[Entry] = []

    def begin(self, name: str) -> "EntryFile":
        """A file of the archive, to be written and ended before the next one begins."""
        return EntryFile(self._file, name)

    def end(self, entry: "EntryFile") -> None:
        """Close an entry that was begun."""
        self._entries.append(entry.close())

    def put(self, name: str, data: bytes) -> None:
        """A file of the archive in one go."""
        entry = self.begin(name)
        entry.write(data)
        self.end(entry)

    def finish(self) -> None:
        """Write the directory; the archive is whole afterwards."""
        start = self._file.tell()
        directory = b"".join(each.central() for each in self._entries)
        _refuse_large(start + len(directory))
        count = len(self._entries)
        fields = (b"PK\5\6", 0, 0, count, count, len(directory), start, 0)
        self._file.write(directory + END.pack(*fields))


class EntryFile:
    """One file of an archive while it is written."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._entry = Entry(name.encode(), file.tell())
        self._compressor = COMPRESSOBJ(LEVEL, isal_zlib.DEFLATED, RAW_WINDOW)
        file.write(self._entry.local())

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        return self._entry.size

    def write(self, data: bytes | memoryview) -> None:
        """Take the next bytes of it."""
        self._entry.crc = CRC32(data, self._entry.crc)
        self._entry.size += len(data)
        self._put(self._compressor.compress(data))

    def close(self) -> Entry:
        """Write the rest, and its sizes into the space before its data."""
        self._put(self._compressor.flush())
        _refuse_large(max(self._entry.size, self._file.tell()))
        self._file.seek(self._entry.offset)
        self._file.write(self._entry.local())
        self._file.seek(0, 2)
        return self._entry

    def _put(self, packed: bytes) -> None:
        self._entry.packed += len(packed)
        self._file.write(packed)


def _refuse_large(size: int) -> None:
    if size > MOST_BYTES:
        raise TooLarge("The workbook has more than 4 GiB. Choose fewer rows, or another format.")
