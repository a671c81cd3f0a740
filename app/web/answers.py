"""Answers in JSON."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response

from app.errors import Json


def json_answer(
    content: Mapping[str, Json], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON that no cache may keep."""
    return Response(
        orjson.dumps(content),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )
