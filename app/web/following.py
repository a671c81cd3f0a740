"""The event stream of a run, from the event after the last one that the client has."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.runs.backlog_reader import damaged_error
from app.runs.run import Run
from app.runs.runs import Runs
from app.stream.response import HEADERS, event_stream
from app.web.asked_run import asked_run
from app.web.parts import parts_of
from app.web.resume import refuse_future, resume_after


async def follow_run(request: Request) -> Response:
    """Replay the backlog, then live; 204 after the final event, which stops an EventSource."""
    return await follow(request, await asked_run(request))


async def follow(request: Request, run: Run) -> Response:
    """The stream of this run.

    Raises InvalidArgument for a place that it does not have, Gone, and Storage where the events
    before that place are lost.
    """
    parts = parts_of(request)
    after = resume_after(
        run.id,
        last_event_id=request.headers.get("last-event-id", ""),
        after=request.query_params.getlist("after"),
    )
    if await run_in_threadpool(_is_at_end, parts.runs, run, after):
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    if request.method == "HEAD":
        return stream_head()
    return event_stream(
        parts.runs,
        run,
        after=after,
        accept_encoding=request.headers.get("accept-encoding", ""),
        send_timeout=parts.settings.send_timeout,
    )


def _is_at_end(runs: Runs, run: Run, after: int) -> bool:
    """Whether the client has the final event; refuses what is past the last one. Blocks."""
    with runs.reader(run) as reader:
        events = reader.count()
        if after > events and run.is_final and reader.rows() != run.rows:
            raise damaged_error()
        refuse_future(after, events)
        return reader.complete and after == events


def stream_head() -> Response:
    """What HEAD answers: the stream's headers, and nothing starts."""
    answer = Response(headers=HEADERS, media_type="text/event-stream")
    del answer.headers["Content-Length"]
    return answer
