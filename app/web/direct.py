"""A report's rows as a file, read from PostgreSQL while it is sent."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from app.catalog.query import parse_query
from app.catalog.report import Report
from app.errors import NotFound
from app.exports.direct import DirectFile, DirectResponse, direct_headers
from app.exports.export import MOST_ROW_BYTES, csv_options
from app.exports.formats import FORMATS, Format
from app.exports.spool import Spool
from app.runs.runner import Runner
from app.web.parts import parts_of
from app.web.starting import asked_report, start_for_owner


async def download_report(request: Request) -> Response:
    """All rows, from the first one on; HEAD starts nothing."""
    name = asked_format(request)
    report = await asked_report(request)
    options, items = csv_options(name, request.query_params.multi_items())
    headers = direct_headers(report.name, name, options)
    if request.method == "HEAD":
        answer = Response(headers=headers)
        del answer.headers["Content-Length"]
        return answer
    parts = parts_of(request)
    spool = Spool(parts.settings.data / "backlog", most=parts.settings.backlog_run_bytes)
    most = max(MOST_ROW_BYTES, parts.settings.row_bytes)
    try:
        file = DirectFile(spool, name, options, row_bytes=most)
        runner = await _start(request, report, items, file)
    except BaseException:
        spool.close()
        raise
    timeout = parts.settings.send_timeout
    return DirectResponse(parts.runs, runner, spool, headers=headers, send_timeout=timeout)


def asked_format(request: Request) -> Format:
    """The format of the address; NotFound names those that there are."""
    asked = str(request.path_params["format"])
    for name in FORMATS:
        if asked == name:
            return name
    raise NotFound(f"There are no rows as {asked[:20]!r}; there are {', '.join(FORMATS)}.")


async def _start(
    request: Request, report: Report, items: list[tuple[str, str]], file: DirectFile
) -> Runner:
    starting = partial(parts_of(request).runs.start_direct, recipient=file)
    return await start_for_owner(request, report, parse_query(report, items), starting)
