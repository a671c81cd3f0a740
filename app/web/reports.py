"""What can be run: the catalog's list, and one report with its form and columns."""

from starlette.requests import Request
from starlette.responses import Response

from app.web.answers import json_answer
from app.web.parts import parts_of


async def list_reports(request: Request) -> Response:
    """Name, title, description and parameters of each report."""
    return json_answer({"reports": await parts_of(request).catalog.list_json()})


async def show_report(request: Request) -> Response:
    """One report: types, options and columns as PostgreSQL says them."""
    catalog = parts_of(request).catalog
    report = await catalog.report(str(request.path_params["report"]))
    return json_answer(await catalog.report_json(report))
