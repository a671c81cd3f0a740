"""Every address of the server, what answers it, and which of them start or end something."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.access.origin import OwnPagesOnly
from app.web.direct import download_report
from app.web.exports import (
    delete_export,
    download_export,
    follow_export,
    list_exports,
    show_export,
    start_export,
)
from app.web.following import follow_run
from app.web.health import health, ready
from app.web.pages import catalog_page, exports_page, report_page, static_file
from app.web.reports import list_reports, show_report
from app.web.rows import download_rows, list_chunks, show_chunk
from app.web.runs import cancel_run, list_runs, show_run
from app.web.starting import start_and_follow, start_run

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Address:
    """A path and a handler for each method; `acts`: the methods that start or end something.

    Where GET is answered, HEAD is too.
    """

    path: str
    handlers: Mapping[str, Handler]
    acts: frozenset[str] = frozenset()


def _reads(path: str, handler: Handler) -> Address:
    return Address(path, {"GET": handler})


def _acts(path: str, method: str, handler: Handler) -> Address:
    return Address(path, {method: handler}, frozenset({method}))


# The first that fits is taken: the words after /api/reports/ stand before the reports' names.
ADDRESSES: tuple[Address, ...] = (
    _reads("/", catalog_page),
    _reads("/reports/{report}", report_page),
    _reads("/static/{path:path}", static_file),
    _reads("/health", health),
    _reads("/ready", ready),
    _reads("/api/reports", list_reports),
    _acts("/api/reports/cancel/{run}", "POST", cancel_run),
    _acts("/api/reports/stream/{report}", "GET", start_and_follow),
    _reads("/api/reports/{report}", show_report),
    _acts("/api/reports/{report}/runs", "POST", start_run),
    _acts("/api/reports/{report}/rows.{format}", "GET", download_report),
    _reads("/api/runs", list_runs),
    Address("/api/runs/{run}", {"GET": show_run, "DELETE": cancel_run}, frozenset({"DELETE"})),
    _reads("/api/runs/{run}/stream", follow_run),
    _reads("/api/runs/{run}/chunks", list_chunks),
    _reads("/api/runs/{run}/chunks/{chunk}", show_chunk),
    _reads("/api/runs/{run}/rows.{format}", download_rows),
    _reads("/exports", exports_page),
    _reads("/api/exports", list_exports),
    _reads("/exports/{export}/status", show_export),
    _reads("/exports/{export}/stream", follow_export),
    _reads("/exports/{export}/download", download_export),
    # POST names a format, DELETE an export.
    Address(
        "/exports/{export}",
        {"POST": start_export, "DELETE": delete_export},
        frozenset({"POST", "DELETE"}),
    ),
)


def routes() -> list[BaseRoute]:
    """The table as Starlette's routes."""
    return [_route(address) for address in ADDRESSES]


def _route(address: Address) -> Route:
    """One route for all methods of a path, so that `Allow` names them all."""

    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await address.handlers[method](request)

    # The log names a fault's endpoint by this.
    endpoint.__name__ = "_or_".join(handler.__name__ for handler in address.handlers.values())
    return Route(
        address.path,
        endpoint,
        methods=list(address.handlers),
        middleware=[Middleware(OwnPagesOnly, methods=_with_head(address.acts))],
    )


def _with_head(methods: frozenset[str]) -> frozenset[str]:
    return methods | {"HEAD"} if "GET" in methods else methods
