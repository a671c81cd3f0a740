"""Background exports: start one, watch it, download its file, cancel or delete it."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.access.owner import owner_of
from app.catalog.query import Query
from app.catalog.report import Report
from app.errors import (
    Gone,
    InvalidArgument,
    Json,
    NotFound,
    RowstreamError,
    Stopping,
    TooEarly,
    TooManyRuns,
)
from app.exports.export import (
    CsvOptions,
    Export,
    ExportId,
    Format,
    csv_options,
    parse_format,
)
from app.exports.file_response import file_response
from app.exports.ledger import missing_export
from app.exports.status import export_json
from app.runs.events import PING
from app.runs.run import parse_run_id
from app.stream.response import PING_SECONDS, EventStream
from app.web.answers import json_answer
from app.web.parts import parts_of
from app.web.starting import asked_query

RETRY_SECONDS = 2
LOOK_SECONDS = 0.5
LAST = "end"  # the number of a final event


async def start_export(request: Request) -> Response:
    """Queue an export with the arguments of the query string, or of the body."""
    form = parse_format(str(request.path_params["export"]))
    options, items = csv_options(form, request.query_params.multi_items())
    parts = parts_of(request)
    if parts.stop.draining:
        raise Stopping
    names = [value for name, value in items if name == "report"]
    report = await _asked_report(request, names)
    rest = [(name, value) for name, value in items if name != "report"]
    query = await asked_query(request, report, rest)
    await parts.catalog.validate(report, query)
    export = await _start(request, report, query, form=form, options=options)
    headers = {"Location": f"/exports/{export.id}/status"}
    return _answer(export, status=202, headers=headers)


async def list_exports(request: Request) -> Response:
    """The owner's exports, newest first; none for an address that many may share."""
    owner, now = owner_of(request), datetime.now(UTC)
    listed = await parts_of(request).exports.listed(owner.name) if owner.may_list else []
    exports: list[Json] = [export_json(each, now) for each in listed]
    return json_answer({"exports": exports})


async def show_export(request: Request) -> Response:
    """How far it is."""
    return _answer(await _asked_export(request))


async def delete_export(request: Request) -> Response:
    """Cancel it, or delete its file and forget it; asked again, the same."""
    parts = parts_of(request)
    export = await _asked_export(request)
    await parts.exports.delete(export)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


async def download_export(request: Request) -> Response:
    """The file, whole or in ranges; TooEarly while there is none yet."""
    export, parts = await _asked_export(request), parts_of(request)
    if export.file is None:
        raise _no_file(export)
    return file_response(
        parts.exports.store,
        export.file,
        method=request.method,
        headers=request.headers,
        send_timeout=parts.settings.send_timeout,
    )


async def follow_export(request: Request) -> Response:
    """Its status at once, then each time it changes; 204 after the final event."""
    export = await _asked_export(request)
    if request.headers.get("last-event-id") == f"{export.id}.{LAST}":
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    return EventStream(
        _events(request, export),
        headers={"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"},
        media_type="text/event-stream; charset=utf-8",
        ping=0,
        send_timeout=parts_of(request).settings.send_timeout,
    )


async def _events(request: Request, export: Export) -> AsyncGenerator[bytes]:
    exports, number, silent = parts_of(request).exports, 0, 0.0
    told: Export | None = None
    while True:
        if export != told:
            number, told, silent = number + 1, export, 0.0
            yield _event(export, number)
        elif silent >= PING_SECONDS:
            silent = 0.0
            yield PING
        if export.is_final:
            return
        await asyncio.sleep(LOOK_SECONDS)
        silent += LOOK_SECONDS
        try:
            export = await exports.get(export.id)
        except (Gone, NotFound):
            return  # who comes back is told
        except RowstreamError:
            continue  # the state database is away; the export goes on


def _event(export: Export, number: int) -> bytes:
    name = export.status if export.is_final else "progress"
    numbered = LAST if export.is_final else str(number)
    data = orjson.dumps(export_json(export, datetime.now(UTC)))
    head = f"id: {export.id}.{numbered}\nevent: {name}\ndata: "
    return b"%b%b\n\n" % (head.encode(), data)


async def _asked_report(request: Request, names: list[str]) -> Report:
    parts = parts_of(request)
    if len(names) > 1:
        raise InvalidArgument("'report' is given twice.")
    name = names[0] if names else parts.settings.export_report
    if name is None:
        raise InvalidArgument("Name the report that is to be exported: ?report=…")
    return await parts.catalog.report(name)


async def _start(
    request: Request, report: Report, query: Query, *, form: Format, options: CsvOptions
) -> Export:
    owner, exports = owner_of(request), parts_of(request).exports
    try:
        return await exports.start(
            owner=owner.name, report=report, query=query, form=form, options=options
        )
    except TooManyRuns as error:
        if not owner.may_list:
            raise
        now = datetime.now(UTC)
        listed = await exports.listed(owner.name)
        mine: list[Json] = [export_json(each, now) for each in listed if not each.is_final]
        extra: dict[str, Json] = {"exports": mine}
        raise TooManyRuns(error.detail, retry_after=error.retry_after, extra=extra) from error


async def _asked_export(request: Request) -> Export:
    """The export of `{export}`; one NotFound for unknown and malformed ids, Gone when expired."""
    run_id = parse_run_id(str(request.path_params["export"]))
    if run_id is None:
        raise missing_export()
    export = await parts_of(request).exports.get(ExportId(run_id))
    if not owner_of(request).may_see(export):
        raise missing_export()
    return export


def _no_file(export: Export) -> TooEarly | NotFound:
    if export.is_final:
        return NotFound(f"The export has no file: it is {export.status}. Run it again.")
    told = export_json(export, datetime.now(UTC))
    extra = {key: told[key] for key in ("stage", "progress")}
    return TooEarly(retry_after=RETRY_SECONDS, extra=extra)


def _answer(
    export: Export, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return json_answer(export_json(export, datetime.now(UTC)), status=status, headers=headers)
