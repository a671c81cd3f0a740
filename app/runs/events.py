"""The event stream's words: a run's events as bytes, and their ids. Nothing here does I/O.

An event is `id`, `event` and one `data` line of JSON (WHATWG HTML, 9.2 Server-sent events).
JSON holds no raw line break, so no value can end a line or forge an event.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import orjson

from app.errors import Json
from app.runs.chunking import Chunk, Piece, Pieces
from app.runs.progress import Progress
from app.runs.run import Run, RunId, parse_run_id

EventName = Literal["run", "columns", "progress", "chunk", "completed", "cancelled", "failed"]
EVENT_NAMES: tuple[EventName, ...] = (
    "run",
    "columns",
    "progress",
    "chunk",
    "completed",
    "cancelled",
    "failed",
)
FINAL_EVENTS: frozenset[EventName] = frozenset({"completed", "cancelled", "failed"})
RETRY_MS = 1000
RETRY = b"retry: %d\n\n" % RETRY_MS
MOST_DIGITS = 18  # of an event number
PING = b"event: ping\ndata: {}\n\n"


def event_bytes(run: RunId, number: int, name: EventName, *data: Piece) -> bytes:
    """One event as it stands on the wire; `data` is JSON text in UTF-8, in pieces."""
    head = b"id: %b.%d\nevent: %b\ndata: " % (run.encode(), number, name.encode())
    return b"".join((head, *data, b"\n\n"))


def unnumbered_bytes(name: EventName, data: bytes) -> bytes:
    """An event that stands in no backlog: for what is wrong with the backlog itself."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)


def event_data(event: bytes) -> bytes:
    """The JSON of an event made by `event_bytes`."""
    return event[event.index(b"\ndata: ") + 7 : -2]


def parse_event_id(text: str) -> tuple[RunId, int] | None:
    """`<run id>.<event number>` taken apart, or None for anything else."""
    run, _, number = text.rpartition(".")
    run_id = parse_run_id(run)
    if (
        run_id is None
        or not number.isascii()
        or not number.isdecimal()
        or len(number) > MOST_DIGITS
    ):
        return None
    return run_id, int(number)


def run_data(run: Run, chunk_rows: int) -> bytes:
    """`run`: first of all, also while the run waits in line."""
    data: dict[str, Json] = {
        "run": run.id,
        "report": run.report,
        "title": run.title,
        "arguments": dict(run.arguments),
        "chunk_rows": chunk_rows,
        "created_at": run.created_at.isoformat(),
    }
    return orjson.dumps(data)


def columns_data(columns: list[Json], reader: str, reader_reason: str) -> bytes:
    """`columns`: once, as soon as the query is prepared."""
    return orjson.dumps({"columns": columns, "reader": reader, "reader_reason": reader_reason})


def progress_data(run: Run, elapsed_ms: int) -> bytes:
    """`progress`: when the stage, the place in line or the total changes, or nothing else comes."""
    position: dict[str, Json] = {} if run.position is None else {"position": run.position}
    data: dict[str, Json] = {
        "stage": run.stage,
        **position,
        "rows": run.rows,
        "total": run.total,
        "total_kind": run.total_kind,
        "progress": run.progress,
        "elapsed_ms": elapsed_ms,
    }
    return orjson.dumps(data)


def chunk_data(number: int, first_row: int, chunk: Chunk, progress: Progress) -> Pieces:
    """`chunk`, in pieces, since `rows` can be large. It is the last key's array: the head can be
    read alone.
    """
    head = orjson.dumps(
        {
            "chunk": number,
            "first_row": first_row,
            "count": chunk.count,
            "rows_so_far": progress.rows,
            "total": progress.total,
            "total_kind": progress.total_kind,
            "progress": progress.percent,
        }
    )
    return (head[:-1], b',"rows":', *chunk.pieces, b"}")


def final_data(run: Run, elapsed_ms: int) -> bytes:
    """`completed`, `cancelled` or `failed`: how the run ended and what it delivered."""
    data: dict[str, Json] = {"status": run.status}
    if run.status == "cancelled":
        data["reason"] = run.reason
    data |= {"rows": run.rows, "chunks": run.chunks, "elapsed_ms": elapsed_ms}
    if run.error is not None:
        data["error"] = dict(run.error)
    return orjson.dumps(data)


def told_end(run: Run, data: bytes) -> Run:
    """The run as its final event says that it ended; what `final_data` made of it is `data`."""
    told = orjson.loads(data)
    at = run.created_at + timedelta(milliseconds=told["elapsed_ms"])
    begun = run.started(at) if run.status == "pending" else run
    counted = replace(begun, rows=told["rows"], chunks=told["chunks"])
    match told["status"]:
        case "completed":
            return counted.completed(at)
        case "cancelled":
            return counted.cancelled(at, told["reason"])
        case _:
            return counted.failed(at, told["error"])


def final_name(run: Run) -> EventName:
    """The name of a final run's last event is its status."""
    match run.status:
        case "completed" | "cancelled" | "failed":
            return run.status
        case _:
            message = f"a run that is {run.status} has no final event"
            raise ValueError(message)
