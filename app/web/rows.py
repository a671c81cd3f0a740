"""The rows of a run: by chunk, and as a file of what there is so far."""

from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.errors import Json, NotFound
from app.exports.download import chunk_download, rows_download
from app.exports.formats import FORMATS
from app.runs.backlog_reader import BacklogReader, damaged_error
from app.runs.events import event_data
from app.runs.frames import Damaged, Record
from app.runs.run import Run
from app.web.answers import json_answer
from app.web.asked_run import asked_run
from app.web.parts import parts_of
from app.web.resume import number_after

# More digits than a run can have chunks.
MOST_DIGITS = 9
WHOLE_BYTES = 256 * 1024  # of a chunk that is sent in one go; a client can make us hold that much


async def list_chunks(request: Request) -> Response:
    """Which row each chunk so far begins with, of those after chunk `?after=`.

    `event` is the last event that this tells of: a client that follows after it misses nothing.
    """
    run = await asked_run(request)
    after = number_after(request.query_params.getlist("after"), "chunk")
    with parts_of(request).runs.reader(run) as reader:
        return json_answer(await run_in_threadpool(_index, run, reader, after))


async def show_chunk(request: Request) -> Response:
    """The JSON of one chunk's event. It never changes, so that a client keeps it."""
    run, parts = await asked_run(request), parts_of(request)
    seconds = _rest_of_life(run, parts.settings.backlog_ttl)
    headers = {"Cache-Control": f"private, max-age={seconds}, immutable"}
    with parts.runs.reader(run) as reader:
        number = str(request.path_params["chunk"])
        chunk, data = await run_in_threadpool(_chunk, run, reader, number)
    if data is not None:
        return Response(data, headers=headers, media_type="application/json")
    timeout = parts.settings.send_timeout
    return chunk_download(parts.runs, run, chunk, headers=headers, send_timeout=timeout)


async def download_rows(request: Request) -> Response:
    """The rows so far as csv, json or ndjson; a partial file says so in its name."""
    name = str(request.path_params["format"])
    if name not in FORMATS:
        raise NotFound(f"There are no rows as {name[:20]!r}; there are {', '.join(FORMATS)}.")
    run, parts = await asked_run(request), parts_of(request)
    timeout = parts.settings.send_timeout
    return await run_in_threadpool(rows_download, parts.runs, run, name, send_timeout=timeout)


def _index(run: Run, reader: BacklogReader, after: int) -> dict[str, Json]:
    reader.skip(after)
    # Counted before the chunks are listed, so that every chunk up to the event is listed.
    event, rows = reader.count(), reader.rows()
    first_rows = list[Json](reader.first_rows(after))
    if run.is_final and rows != run.rows:
        raise damaged_error()
    return {"rows": rows, "complete": reader.complete, "event": event, "first_rows": first_rows}


def _chunk(run: Run, reader: BacklogReader, text: str) -> tuple[Record, bytes | None]:
    """Where the chunk lies, and its JSON unless that is large."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    number = int(text) if is_number else 0
    chunk = reader.chunk_record(number)
    if chunk is None:
        if run.is_final and 1 <= number <= run.chunks:
            raise damaged_error()
        raise NotFound("The run has no such chunk, or not yet.")
    if chunk.plain_length > WHOLE_BYTES:
        return chunk, None
    try:
        return chunk, event_data(reader.event(chunk))
    except Damaged:
        raise damaged_error() from None


def _rest_of_life(run: Run, ttl: float) -> int:
    """Seconds until the chunk is deleted at the earliest; a run in progress has all of it ahead."""
    if run.expires_at is None:
        return int(ttl)
    return max(0, int((run.expires_at - datetime.now(UTC)).total_seconds()))
