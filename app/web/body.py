"""The body of a request: JSON of at most 64 KiB, as it is. The server bounds the time it takes."""

from starlette.requests import Request

from app.errors import BadRequest

MOST_BYTES = 64 * 1024


async def json_body(request: Request) -> bytes:
    """The bytes of the body, empty when there is none. BadRequest says what is accepted."""
    _refuse_codings(request)
    body = await _read(request)
    if body:
        _refuse_other_types(request)
    return body


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise BadRequest(f"The body is larger than {MOST_BYTES // 1024} KiB.", status=413)
    return bytes(body)


def _refuse_codings(request: Request) -> None:
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        raise BadRequest("A coded body is not accepted; send it as it is.", status=415)


def _refuse_other_types(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise BadRequest("The body has to be application/json.", status=415)
