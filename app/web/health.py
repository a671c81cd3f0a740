"""Is the process alive, and can it serve."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from app.errors import RowstreamError, Stopping
from app.runs.disk import check_disk
from app.web.answers import json_answer
from app.web.parts import parts_of


async def health(request: Request) -> Response:
    """Alive: whoever reads this has been answered."""
    del request
    return json_answer({"status": "ok"})


async def ready(request: Request) -> Response:
    """Ready to take runs: database, state and disk answer, and the server is not being stopped."""
    parts = parts_of(request)
    if parts.stop.draining:
        raise Stopping
    try:
        await parts.database.ready()
        check_disk(parts.settings.data)
    except RowstreamError as error:
        # To whom it asks there are two answers; which fault it is stands in the problem.
        error.status = HTTPStatus.SERVICE_UNAVAILABLE
        raise
    return json_answer({"status": "ok"})
