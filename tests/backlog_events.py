"""A run's events for a backlog, and all events out of one."""

import orjson

from app.runs.backlog_reader import BacklogReader
from app.runs.backlog_writer import BacklogWriter
from app.runs.events import EventName, event_bytes
from app.runs.frames import Kind
from app.runs.run import new_run_id

RUN = new_run_id()
COLUMNS = [{"name": "number", "type": "integer", "label": "Number"}]


def event(number: int, name: EventName, data: object) -> bytes:
    return event_bytes(RUN, number, name, orjson.dumps(data))


def append(writer: BacklogWriter, name: EventName, data: object, rows: int = 0) -> None:
    kinds: dict[EventName, Kind] = {"chunk": "chunk", "completed": "final"}
    whole = event(writer.events + 1, name, data)
    writer.append(whole, kind=kinds.get(name, "other"), rows=rows)


def write(writer: BacklogWriter, *, chunks: int = 3, rows: int = 10, end: bool = True) -> None:
    """A run's events: after each chunk a `progress`, so that numbers of both differ."""
    append(writer, "run", {"run": RUN})
    append(writer, "columns", {"columns": COLUMNS})
    for chunk in range(1, chunks + 1):
        append(writer, "chunk", {"chunk": chunk}, rows)
        append(writer, "progress", {"rows": chunk * rows})
    if end:
        append(writer, "completed", {"status": "completed"})


def events_of(reader: BacklogReader) -> list[bytes]:
    found: list[bytes] = []
    while record := reader.record(len(found) + 1):
        found.append(reader.event(record))
    return found
