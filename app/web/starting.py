"""The two ways to start a run: POST, and the one-line GET that starts and follows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from app.access.owner import Owner, owner_of
from app.catalog.query import Query, decode_body, parse_body, parse_query
from app.catalog.report import Report
from app.errors import InvalidArgument, Json, Stopping, TooManyRuns
from app.runs.run import Run, run_json
from app.web.answers import json_answer
from app.web.asked_run import find_run
from app.web.body import json_body
from app.web.following import follow, stream_head
from app.web.parts import parts_of
from app.web.resume import event_id

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Start(Protocol[T_co]):
    """One way of `Runs` to start a run."""

    async def __call__(self, *, owner: str, report: Report, query: Query) -> T_co: ...


async def start_run(request: Request) -> Response:
    """Start a run with the arguments of the body or of the query string."""
    report = await asked_report(request)
    items = request.query_params.multi_items()
    run = await _start(request, report, await asked_query(request, report, items))
    headers = {"Location": f"/api/runs/{run.id}"}
    return json_answer(run_json(run, datetime.now(UTC)), status=201, headers=headers)


async def start_and_follow(request: Request) -> Response:
    """Start a run and follow it; a reconnect names the run that it lost, and resumes that one."""
    report = await asked_report(request)
    if request.method == "HEAD":
        return stream_head()
    if last_event_id := request.headers.get("last-event-id"):
        return await follow(request, await _lost_run(request, report, last_event_id))
    query = parse_query(report, request.query_params.multi_items())
    return await follow(request, await _start(request, report, query))


async def asked_report(request: Request) -> Report:
    """The report of `{report}`; NotFound, ReportBroken."""
    return await parts_of(request).catalog.report(str(request.path_params["report"]))


async def asked_query(request: Request, report: Report, items: Sequence[tuple[str, str]]) -> Query:
    """The query of the body, or of these items of the query string; both are refused."""
    body = await json_body(request)
    if body and items:
        raise InvalidArgument("Arguments stand in the body or in the query string, not in both.")
    return parse_query(report, items) if items else parse_body(report, decode_body(body))


async def _lost_run(request: Request, report: Report, last_event_id: str) -> Run:
    run_id, _ = event_id(last_event_id)
    run = await find_run(request, run_id)
    if run.report != report.name:
        raise InvalidArgument("The Last-Event-ID is one of a run of another report.")
    return run


async def _start(request: Request, report: Report, query: Query) -> Run:
    return await start_for_owner(request, report, query, parts_of(request).runs.start)


async def start_for_owner(request: Request, report: Report, query: Query, start: "Start[T]") -> T:
    """What `start` makes of it; raises what refuses a run before it begins."""
    parts, owner = parts_of(request), owner_of(request)
    if parts.stop.draining:
        raise Stopping
    await parts.catalog.validate(report, query)
    try:
        return await start(owner=owner.name, report=report, query=query)
    except TooManyRuns as error:
        raise await _with_runs(request, owner, error) from error


async def _with_runs(request: Request, owner: Owner, error: TooManyRuns) -> TooManyRuns:
    """The refusal with the runs in progress, so that one can be cancelled."""
    if not owner.may_list:
        return error
    now = datetime.now(UTC)
    listed = await parts_of(request).runs.listed(owner.name)
    runs: list[Json] = [run_json(run, now) for run in listed if not run.is_final]
    return TooManyRuns(error.detail, retry_after=error.retry_after, extra={"runs": runs})
