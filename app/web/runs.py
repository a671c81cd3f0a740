"""Runs as JSON: mine, one, and its end."""

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.access.owner import owner_of
from app.errors import Json
from app.runs.backlog_reader import damaged_error
from app.runs.frames import Damaged
from app.runs.run import Run, run_json
from app.web.answers import json_answer
from app.web.asked_run import asked_run
from app.web.parts import parts_of


async def list_runs(request: Request) -> Response:
    """The owner's runs, newest first; none for an address that many may share."""
    owner, now = owner_of(request), datetime.now(UTC)
    listed = await parts_of(request).runs.listed(owner.name) if owner.may_list else []
    return await run_in_threadpool(_list_answer, listed, now)


def _list_answer(listed: Sequence[Run], now: datetime) -> Response:
    """The answer; two hundred runs take some 7 ms, for which a thread can give way to others."""
    runs: list[Json] = [run_json(run, now) for run in listed]
    return json_answer({"runs": runs})


async def show_run(request: Request) -> Response:
    """One run, with its columns once they are known. Raises Storage where they are damaged."""
    run = await asked_run(request)
    try:
        with parts_of(request).runs.reader(run) as reader:
            columns: list[Json] = list(reader.columns() or ())
    except Damaged:
        raise damaged_error() from None
    return json_answer({**run_json(run, datetime.now(UTC)), "columns": columns or None})


async def cancel_run(request: Request) -> Response:
    """End the run; asked again, the same. 202 when it has not ended within a second."""
    run = await parts_of(request).runs.cancel(await asked_run(request))
    return json_answer(run_json(run, datetime.now(UTC)), status=200 if run.is_final else 202)
