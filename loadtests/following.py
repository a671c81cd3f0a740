"""What the follower of a run of the flights report has to receive, held against every event."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
import zstandard

from tests.sse_client import Event, EventReader

FINAL = ("completed", "cancelled", "failed")
GZIP_WINDOW_BITS = 31  # 15 for the window, 16 for the gzip header


class WrongRows(Exception):
    """What came is not what the run has."""


@dataclass
class Received:
    """The events of one run so far; `take` raises WrongRows at a gap, a double or a wrong row."""

    run: str = ""
    number: int = 0
    rows: int = 0
    chunks: int = 0
    ended: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def last_event_id(self) -> str:
        """What a client sends to go on after the events it has."""
        return f"{self.run}.{self.number}"

    def take(self, event: Event) -> None:
        """Checks the next event and counts it."""
        if event.type == "ping":
            return
        self._check_id(event)
        data = orjson.loads(event.data)
        if event.type == "chunk":
            self._take_chunk(data)
        elif event.type in FINAL:
            self._take_end(data)

    def _check_id(self, event: Event) -> None:
        run = self.run or event.id.rpartition(".")[0]
        if event.id != f"{run}.{self.number + 1}":
            raise WrongRows(f"Event '{event.id}' came after '{self.last_event_id}'.")
        self.run, self.number = run, self.number + 1

    def _take_chunk(self, chunk: dict[str, Any]) -> None:
        rows = cast("list[list[str]]", chunk["rows"])
        expected = (self.chunks + 1, self.rows, len(rows))
        if (chunk["chunk"], chunk["first_row"], chunk["count"]) != expected:
            raise WrongRows(f"Chunk {chunk['chunk']} does not follow chunk {self.chunks}.")
        check_flights(rows, first_row=self.rows)
        self.chunks += 1
        self.rows += len(rows)

    def _take_end(self, end: dict[str, Any]) -> None:
        if (end["rows"], end["chunks"]) != (self.rows, self.chunks):
            raise WrongRows(f"The run ended with {end['rows']} rows, {self.rows} came.")
        self.ended = end

    def check_completed(self, rows: int) -> None:
        """The run is over, nothing went wrong, and all its rows are here."""
        if self.ended.get("status") != "completed" or self.rows != rows:
            raise WrongRows(f"{self.rows} of {rows} rows, and the end was {self.ended}.")


def check_flights(rows: list[list[str]], *, first_row: int) -> None:
    """The report numbers its rows from 1 in its first column, so each row tells its place."""
    wrong = [row[0] for at, row in enumerate(rows, start=first_row + 1) if row[0] != str(at)]
    if wrong:
        raise WrongRows(f"Row {wrong[0]} does not belong after row {first_row}.")


def events(pieces: Iterable[bytes], encoding: str) -> Iterator[Event]:
    """The events of a body as they come, from its pieces as they lie on the wire."""
    reader, decode = EventReader(), decoder(encoding)
    for piece in pieces:
        yield from reader.feed(decode(piece))


def decoder(encoding: str) -> Callable[[bytes], bytes]:
    """What turns the body's pieces into plain bytes at once, frame after frame."""
    if encoding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj(read_across_frames=True).decompress
    if encoding == "gzip":
        return zlib.decompressobj(GZIP_WINDOW_BITS).decompress
    return bytes
