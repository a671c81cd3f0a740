"""What stands around every route: security headers, errors as answers, and our own names only."""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from app.access.origin import HostCheck, own_names
from app.errors import RowstreamError
from app.settings import Settings
from app.web.headers import SecurityHeaders
from app.web.problems import Problems, problem_answer


def middleware(settings: Settings) -> list[Middleware]:
    """Outermost first."""
    return [
        Middleware(SecurityHeaders),
        Middleware(Problems),
        Middleware(HostCheck, names=own_names(settings)),
    ]


def exception_handlers() -> dict[type[Exception], Callable[[Request, Exception], Response]]:
    """Refusals of routes and of Starlette itself; what is neither reaches `Problems`."""
    return {RowstreamError: problem_answer, HTTPException: problem_answer}
