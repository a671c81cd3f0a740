"""The response that sends a stored file: whole or in ranges, as it is or in a stored coding.

Each coding is a representation of its own (RFC 9110, 8.8.3.3): its tag, date, length, digest and
ranges are those of the bytes that are sent, so what a client has of one is never continued with
another. Nothing is compressed on the way.

A browser gets the file as it is. Firefox takes a coded body that was cut for a whole one, whatever
its `Content-Length`; Chromium goes on with a cut download in no coding, and counts decoded bytes.
So does curl, which takes a 416 for the sign that it has everything.

Who wins:

    the last piece is sent       the body ends
    the client leaves            nothing more is read
    the client takes nothing     after the send timeout the connection is cut
    the store fails              before the first byte a problem; later the connection is cut
"""

import asyncio
import base64
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

import orjson
import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.errors import BadRequest, Gone, Storage
from app.exports.blocks import slices
from app.exports.download import SANDBOX, attachment, left
from app.exports.export import Coding, StoredFile
from app.exports.ranges import Span, Unsatisfiable, Validators, asked_spans, verdict
from app.exports.store import Store
from app.stream.encodings import choose_coding

# Whoever keeps it asks again each time; a proxy that compressed it would break ranges and digest.
CACHE_CONTROL = "private, no-cache, no-transform"
BROWSER = "Mozilla/"  # so they all begin: RFC 9110 has nothing better, and not all say `Sec-Fetch`
TAG_DIGITS = 32  # 128 bits of the SHA-256

# A date names a representation too (`If-Range`), so no two of a file have the same.
EARLIER: Mapping[Coding | None, timedelta] = {
    None: timedelta(0),
    "gzip": timedelta(seconds=1),
    "zstd": timedelta(seconds=2),
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """The bytes that are sent: the file itself, or a coding of it."""

    key: str
    size: int
    sha256: str
    coding: Coding | None
    media_type: str
    validators: Validators

    @classmethod
    def of(cls, file: StoredFile, accept_encoding: str) -> "Representation":
        """The smallest that there is and the client takes."""
        choice = choose_coding(accept_encoding, offered=file.codings.keys())
        coding = None if choice == "identity" else choice
        lies = file if coding is None else file.codings[coding]
        end = "" if coding is None else f"-{coding}"
        return cls(
            key=lies.key,
            size=lies.size,
            sha256=lies.sha256,
            coding=coding,
            media_type=file.media_type,
            validators=Validators(
                f'"{lies.sha256[:TAG_DIGITS]}{end}"', file.modified - EARLIER[coding]
            ),
        )

    @property
    def known(self) -> dict[str, str]:
        """The headers by which a client knows it again."""
        return {
            "Cache-Control": CACHE_CONTROL,
            "ETag": self.validators.tag,
            "Last-Modified": self.validators.date,
            "Vary": "Accept-Encoding, User-Agent",
        }

    @property
    def content_encoding(self) -> dict[str, str]:
        """`Content-Encoding`, if there is one."""
        return {} if self.coding is None else {"Content-Encoding": self.coding}

    @property
    def digest(self) -> str:
        """`Repr-Digest` (RFC 9530): of all of it, whatever part is sent."""
        return f"sha-256=:{base64.b64encode(bytes.fromhex(self.sha256)).decode()}:"


@dataclass(frozen=True, slots=True)
class Content:
    """What a body is made of: spans of the file, each with the bytes before it, and an end."""

    status: HTTPStatus
    headers: Mapping[str, str]
    parts: Sequence[tuple[bytes, Span]]
    end: bytes = b""

    @property
    def size(self) -> int:
        """The length of the body."""
        return sum(len(before) + span.size for before, span in self.parts) + len(self.end)


class StoredFileResponse(Response):
    """Sends what was asked of a file, at the client's pace, in constant memory."""

    def __init__(
        self,
        store: Store,
        representation: Representation,
        content: Content,
        *,
        headers: Mapping[str, str],
        send_timeout: float,
    ) -> None:
        self._store = store
        self._representation = representation
        self._content = content
        self._send_timeout = send_timeout
        length = {"Content-Length": str(content.size)}
        super().__init__(
            status_code=content.status, headers={**headers, **content.headers, **length}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it. Raises Gone or Storage while nothing is sent."""
        await self._check()
        if scope["method"] == "HEAD":
            await self._begin(send)
            await self._send_piece(memoryview(b""), send, more=False)
            return
        async with aclosing(self._pieces()) as pieces:
            first = await anext(pieces, b"")
            await self._begin(send)
            await self._send_all(first, pieces, receive, send)

    async def _check(self) -> None:
        size = await self._store.size(self._representation.key)
        if size is None:
            raise Gone("The file is not there any more. Export the report again.")
        if size != self._representation.size:
            raise Storage("The file is damaged. Export the report again.")

    async def _pieces(self) -> AsyncGenerator[bytes]:
        for before, span in self._content.parts:
            if before:
                yield before
            read = self._store.pieces(self._representation.key, span.start, span.end)
            async with aclosing(read) as pieces:
                async for piece in pieces:
                    yield piece
        if self._content.end:
            yield self._content.end

    async def _send_all(
        self, first: bytes, pieces: AsyncGenerator[bytes], receive: Receive, send: Send
    ) -> None:
        has_left = asyncio.create_task(left(receive))
        try:
            await self._send_slices(first, send)
            async for piece in pieces:
                if has_left.done():
                    return
                await self._send_slices(piece, send)
            await self._send_piece(memoryview(b""), send, more=False)
        except Storage as error:
            # Its own words have the key, which begins with the export's whole id.
            cause = type(error.__cause__).__qualname__
            log.warning("download_cut", reason=error.detail, cause=cause)
        except TimeoutError:
            log.info("download_dropped", reason="it took nothing for the send timeout")
        finally:
            has_left.cancel()

    async def _begin(self, send: Send) -> None:
        status, headers = self.status_code, self.raw_headers
        await send({"type": "http.response.start", "status": status, "headers": headers})

    async def _send_slices(self, piece: bytes, send: Send) -> None:
        for each in slices(piece):
            await self._send_piece(each, send)

    async def _send_piece(self, piece: memoryview, send: Send, *, more: bool = True) -> None:
        async with asyncio.timeout(self._send_timeout):
            await send({"type": "http.response.body", "body": piece, "more_body": more})


def file_response(
    store: Store,
    file: StoredFile,
    *,
    method: str,
    headers: Mapping[str, str],
    send_timeout: float,
) -> Response:
    """The answer to a GET or HEAD of the file, by its preconditions, ranges and codings."""
    chosen = Representation.of(file, _accepted(headers))
    match verdict(headers, chosen.validators):
        case "failed":
            return _refused(412, "This is not the file that the request names.", {})
        case "not_modified":
            return Response(status_code=304, headers=chosen.known)
        case "go":
            pass
    try:
        spans = asked_spans(headers, chosen.validators, chosen.size) if method == "GET" else ()
    except Unsatisfiable:
        unsatisfied = {"Content-Range": f"bytes */{chosen.size}"}
        return _refused(416, f"The file has {chosen.size} bytes, and not those.", unsatisfied)
    return StoredFileResponse(
        store,
        chosen,
        _content(chosen, spans),
        headers={
            **chosen.known,
            "Accept-Ranges": "bytes",
            "Content-Disposition": attachment(file.name),
            "Content-Security-Policy": SANDBOX,
            "Repr-Digest": chosen.digest,
        },
        send_timeout=send_timeout,
    )


def _accepted(headers: Mapping[str, str]) -> str:
    """The codings that the client takes, knows to be cut, and can go on with."""
    is_browser = headers.get("user-agent", "").startswith(BROWSER)
    accepted = headers.get("accept-encoding", "")
    return "" if is_browser or _counts_decoded(headers, accepted) else accepted


def _counts_decoded(headers: Mapping[str, str], accepted: str) -> bool:
    """Whether its range is of decoded bytes: who takes any coding that comes has decoded it.

    Who keeps coded bytes asks for that coding alone, or says by a tag which ones he has.
    """
    if "range" not in headers or "if-range" in headers or "if-match" in headers:
        return False
    names = {each.partition(";")[0].strip().lower() for each in accepted.split(",")}
    return len(names - {"", "identity"}) > 1


def _content(chosen: Representation, spans: Sequence[Span]) -> Content:
    headers = {"Content-Type": chosen.media_type, **chosen.content_encoding}
    match spans:
        case []:
            return Content(HTTPStatus.OK, headers, [(b"", Span(0, chosen.size))])
        case [span]:
            headers["Content-Range"] = span.content_range(chosen.size)
            return Content(HTTPStatus.PARTIAL_CONTENT, headers, [(b"", span)])
        case _:
            return _several(chosen, spans, headers)


def _several(chosen: Representation, spans: Sequence[Span], headers: Mapping[str, str]) -> Content:
    """Each range with its own headers, the coding among them: it is not one of the whole body."""
    boundary = secrets.token_hex(16)
    parts: list[tuple[bytes, Span]] = []
    for span in spans:
        lines = {**headers, "Content-Range": span.content_range(chosen.size)}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        parts.append((f"\r\n--{boundary}\r\n{head}\r\n".encode(), span))
    body_type = {"Content-Type": f"multipart/byteranges; boundary={boundary}"}
    end = f"\r\n--{boundary}--\r\n".encode()
    return Content(HTTPStatus.PARTIAL_CONTENT, body_type, parts, end)


def _refused(status: int, detail: str, headers: Mapping[str, str]) -> Response:
    problem = BadRequest(detail, status=status).problem()
    return Response(
        orjson.dumps(problem),
        status_code=status,
        headers={"Cache-Control": "no-store", **headers},
        media_type="application/problem+json",
    )
