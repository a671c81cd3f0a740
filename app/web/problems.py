"""Errors as answers: problem details (RFC 9457) for programs, a page for people.

What nobody foresaw is `internal`: the answer has an id, the log has the same id and the place in
the code, and neither has a value. An answer that has begun cannot be turned into an error any more:
it is left unfinished, so that the connection is cut and the client sees that something is missing.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import BadRequest, Internal, NotFound, RowstreamError
from app.faults import fault_facts
from app.web.error_page import error_page

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5

log = structlog.get_logger()


def problem_answer(connection: HTTPConnection, error: Exception) -> Response:
    """The answer to a request that was refused; a page where a person opened an address."""
    refusal = error if isinstance(error, RowstreamError) else from_http(error)
    headers = {"Cache-Control": "no-store", **retry_after(refusal), **_allow(error)}
    if wants_page(connection):
        return Response(error_page(refusal), refusal.status, headers, "text/html")
    body = orjson.dumps(refusal.problem())
    return Response(body, refusal.status, headers, MEDIA_TYPE)


def from_http(error: Exception) -> RowstreamError:
    """Starlette's own refusals (404, 405, a request it cannot read) in our words."""
    match error.status_code if isinstance(error, HTTPException) else None:
        case None:
            return Internal()
        case HTTPStatus.NOT_FOUND:
            return NotFound("There is nothing at this address.")
        case HTTPStatus.METHOD_NOT_ALLOWED as status:
            methods = ", ".join(_methods(error))
            detail = f"This address does not take that method; it takes {methods}."
            return BadRequest(detail, status=status)
        case status:
            return BadRequest("The request cannot be understood.", status=status)


def retry_after(error: RowstreamError) -> dict[str, str]:
    """`Retry-After` in seconds, on whatever may succeed when it is asked again."""
    if error.retry_after is None and not error.retryable:
        return {}
    return {"Retry-After": str(error.retry_after or RETRY_SECONDS)}


def wants_page(connection: HTTPConnection) -> bool:
    """Whether a person opened this address: not below /api/, and HTML is asked for."""
    is_api = connection.url.path.startswith("/api/")
    return not is_api and "text/html" in connection.headers.get("accept", "")


def _allow(error: Exception) -> dict[str, str]:
    methods = _methods(error)
    return {"Allow": ", ".join(methods)} if methods else {}


def _methods(error: Exception) -> list[str]:
    headers: Mapping[str, str] = (error.headers or {}) if isinstance(error, HTTPException) else {}
    return sorted(headers.get("Allow", "").replace(" ", "").split(",")) if headers else []


class Problems:
    """Answers what the application raises, outside of everything that may raise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer its exception."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def watch(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except ClientDisconnect:
            return  # in the middle of its body: nobody is there to be answered
        except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and answered
            refusal = error if isinstance(error, RowstreamError) else logged(error, scope)
            if not has_begun:
                await problem_answer(Request(scope), refusal)(scope, receive, send)


def logged(error: Exception, scope: Scope) -> Internal:
    """The fault in the log, and what its reader is told: both have the id, neither has a value."""
    fault = secrets.token_hex(6)
    log.error(
        "internal_error",
        id=fault,
        method=scope["method"],
        endpoint=getattr(scope.get("endpoint"), "__name__", None),
        **fault_facts(error),
    )
    return Internal(extra={"id": fault})
