"""The pages and their files. A page brings the cookie that makes its reader an owner."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from app.access.owner import new_owner_cookie
from app.catalog.report import is_report_name
from app.errors import NotFound, RowstreamError
from app.web.assets import Assets
from app.web.parts import parts_of

ASSETS = Assets(Path(__file__).resolve().parents[2] / "static")


async def catalog_page(request: Request) -> Response:
    """All reports."""
    return _page(request, "index.html")


async def report_page(request: Request) -> Response:
    """One report; the page itself says so when there is none of that name."""
    name = str(request.path_params["report"])
    if not is_report_name(name):
        raise NotFound(f"There is no report called {name[:100]!r}.")
    return _page(request, "report.html", status=await _status(request, name))


async def exports_page(request: Request) -> Response:
    """The reader's exports."""
    return _page(request, "exports.html")


async def static_file(request: Request) -> Response:
    """A script, a style sheet, a picture."""
    return ASSETS.answer(request, str(request.path_params["path"]))


async def _status(request: Request, name: str) -> int:
    try:
        await parts_of(request).catalog.report(name)
    except NotFound as missing:
        return missing.status
    except RowstreamError:
        return 200  # the page loads, asks for the report, and says what is wrong
    return 200


def _page(request: Request, name: str, *, status: int = 200) -> Response:
    answer = ASSETS.page(request, name, status=status)
    # No cache on the way may hand one reader's cookie to another.
    answer.headers["Cache-Control"] = "private, no-cache"
    if cookie := new_owner_cookie(request):
        answer.headers["Set-Cookie"] = cookie
    return answer
