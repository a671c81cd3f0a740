"""The append-only record of a run's events in two files: frames, and an index of them.

`<run>.zst` holds one zstd frame per event, `<run>.idx` one fixed-size record per event. A frame is
written before its record, so a record that is there whole points to a frame that is there whole.
The writer holds a lock on the frames' file for as long as it lives: a free lock is a dead writer.
Room for the last event is set aside before every other, so that a full disk can still be told.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from zlib import crc32

import orjson

from app.errors import Gone, Json, Storage
from app.runs.events import event_data
from app.runs.frames import (
    RECORD_BYTES,
    Kind,
    Record,
    checked,
    compress,
    decompress,
    unpack,
)
from app.runs.run import RunId

RESERVE_BYTES = 16 * 1024  # a final event with the longest error that we write
INDEX_STEP = 4096 // RECORD_BYTES * RECORD_BYTES
SCAN_RECORDS = 4096  # of the index at a time


class WriterAlive(Exception):
    """The backlog has a writer, in this process or another."""


class BacklogFolder:
    """The folder of all backlogs: 0700, its files 0600."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def create(self, run: RunId) -> "BacklogWriter":
        """A new backlog, locked; Storage when the disk does not take it."""
        try:
            return BacklogWriter(*self._open(run, os.O_RDWR | os.O_CREAT | os.O_EXCL))
        except OSError as error:
            self.delete(run)
            raise Storage("The server's disk does not take new runs at the moment.") from error

    def adopt(self, run: RunId) -> "BacklogWriter":
        """The backlog of a dead writer, locked; WriterAlive, or Gone when it is not here."""
        try:
            return BacklogWriter(*self._open(run, os.O_RDWR))
        except FileNotFoundError as error:
            raise Gone(run=run) from error

    def reader(self, run: RunId) -> "BacklogReader":
        """The backlog for reading; Gone when it is deleted."""
        try:
            return BacklogReader(*self._open_both(run, os.O_RDONLY))
        except FileNotFoundError as error:
            raise Gone(run=run) from error
        except OSError as error:
            raise Storage("The rows of this run cannot be read from the server's disk.") from error

    def delete(self, run: RunId) -> None:
        """Remove the files; open readers keep what they have opened."""
        for path in self._paths(run):
            path.unlink(missing_ok=True)

    def runs(self) -> set[RunId]:
        """The runs that have files here."""
        return {RunId(path.stem) for path in self._folder.glob("*.zst")}

    def __contains__(self, run: RunId) -> bool:
        return self._paths(run)[0].exists()

    def _paths(self, run: RunId) -> tuple[Path, Path]:
        return self._folder / f"{run}.zst", self._folder / f"{run}.idx"

    def _open(self, run: RunId, flags: int) -> tuple[int, int]:
        frames, index = self._open_both(run, flags)
        try:
            fcntl.flock(frames, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(frames)
            os.close(index)
            raise WriterAlive(run) from error
        return frames, index

    def _open_both(self, run: RunId, flags: int) -> tuple[int, int]:
        frames_path, index_path = self._paths(run)
        frames = os.open(frames_path, flags | os.O_CLOEXEC, 0o600)
        try:
            return frames, os.open(index_path, flags | os.O_CLOEXEC, 0o600)
        except OSError:
            os.close(frames)
            raise


class BacklogReader:
    """What a backlog holds so far; events and chunks are numbered from 1. Use it in a `with`."""

    def __init__(self, frames: int, index: int) -> None:
        self._frames = frames
        self._index = index
        self._count = 0
        self.complete = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._frames)
        os.close(self._index)

    def count(self) -> int:
        """How many events there are; looks at the index again."""
        for record in self._records(self._count):
            self._count += 1
            self.complete = record.kind == "final"
        return self._count

    def record(self, number: int) -> Record | None:
        """Where event `number` lies, or None when it is not there."""
        offset = (number - 1) * RECORD_BYTES
        return unpack(os.pread(self._index, RECORD_BYTES, offset)) if number >= 1 else None

    def frame(self, record: Record) -> bytes:
        """The event's zstd frame, checked; Damaged when the file was changed or torn."""
        return checked(os.pread(self._frames, record.length, record.offset), record)

    def event(self, record: Record) -> bytes:
        """The event as it stands on the wire without a content coding."""
        return decompress(self.frame(record), record)

    def first_rows(self) -> list[int]:
        """The number of the first row of each chunk so far."""
        return [record.first_row for record in self._records(0) if record.kind == "chunk"]

    def rows(self) -> int:
        """How many rows the backlog holds so far."""
        last = self.record(self.count())
        return last.rows if last else 0

    def chunk(self, number: int) -> bytes | None:
        """The JSON of chunk `number`'s event, or None when it is not there (yet)."""
        low, high = 1, self.count()
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._chunks_at(middle) < number else (low, middle)
        record = self.record(low)
        if record is None or record.kind != "chunk" or record.chunk != number:
            return None
        return event_data(self.event(record))

    def columns(self) -> list[dict[str, Json]] | None:
        """The columns (name, type, label), or None before the query was prepared."""
        for record in self._records(0):
            if record.kind != "other":
                return None
            event = self.event(record)
            if b"\nevent: columns\n" in event:
                return orjson.loads(event_data(event))["columns"]
        return None

    def _chunks_at(self, number: int) -> int:
        record = self.record(number)
        return 0 if record is None else record.chunk

    def _records(self, start: int) -> Iterator[Record]:
        while True:
            raw = os.pread(self._index, SCAN_RECORDS * RECORD_BYTES, start * RECORD_BYTES)
            for offset in range(0, len(raw), RECORD_BYTES):
                record = unpack(raw[offset : offset + RECORD_BYTES])
                if record is None:
                    return
                yield record
            if len(raw) < SCAN_RECORDS * RECORD_BYTES:
                return
            start += SCAN_RECORDS


class BacklogWriter:
    """The one writer of a backlog. `append` blocks on the disk: call it off the event loop."""

    def __init__(self, frames: int, index: int) -> None:
        self._frames = frames
        self._index = index
        self._reader = BacklogReader(frames, index)
        self.events = self._reader.count()
        self._last = self._reader.record(self.events)
        self.size = 0 if self._last is None else self._last.offset + self._last.length
        self._drop_torn_tail()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def complete(self) -> bool:
        """Whether the final event is there."""
        return self._reader.complete

    @property
    def rows(self) -> int:
        """Rows in the backlog."""
        return self._last.rows if self._last else 0

    @property
    def chunks(self) -> int:
        """Chunks in the backlog."""
        return self._last.chunk if self._last else 0

    def append(self, event: bytes, *, kind: Kind = "other", rows: int = 0) -> None:
        """Add the next event; `rows` is a chunk's. Storage when the disk is full or broken."""
        frame = compress(event)
        record = self._next_record(frame, len(event), kind, rows)
        try:
            if kind != "final":
                self._reserve(len(frame))
            self._write(frame, record)
        except OSError as error:
            raise Storage(
                "The server's disk is full or broken. The rows so far are kept."
            ) from error
        self.events += 1
        self.size += len(frame)
        self._last = record

    def close(self) -> None:
        """Give the reserve back and let the lock go."""
        with suppress(OSError):
            self._drop_torn_tail()
        os.close(self._frames)
        os.close(self._index)

    def _next_record(self, frame: bytes, plain_length: int, kind: Kind, rows: int) -> Record:
        is_chunk = kind == "chunk"
        return Record(
            offset=self.size,
            length=len(frame),
            plain_length=plain_length,
            chunk=self.chunks + is_chunk,
            first_row=self.rows if is_chunk else (self._last.first_row if self._last else 0),
            count=rows if is_chunk else (self._last.count if self._last else 0),
            frame_check=crc32(frame),
            kind=kind,
        )

    def _write(self, frame: bytes, record: Record) -> None:
        _write_all(self._frames, frame, self.size)
        _write_all(self._index, record.pack(), self.events * RECORD_BYTES)

    def _reserve(self, length: int) -> None:
        _allocate(self._frames, self.size, length + RESERVE_BYTES)
        if self.events * RECORD_BYTES % INDEX_STEP == 0:
            _allocate(self._index, self.events * RECORD_BYTES, INDEX_STEP + RECORD_BYTES)

    def _drop_torn_tail(self) -> None:
        os.ftruncate(self._frames, self.size)
        os.ftruncate(self._index, self.events * RECORD_BYTES)


def damaged_error() -> Storage:
    """What a reader is told when a backlog is not what was written."""
    return Storage(
        "Rows kept for this run were damaged on the server's disk. Run the report again.",
    )


def _allocate(file: int, offset: int, length: int) -> None:
    try:
        os.posix_fallocate(file, offset, length)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
            raise


def _write_all(file: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, offset)
        view, offset = view[written:], offset + written
