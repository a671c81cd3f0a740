"""The files of `static/`: read when they are asked for, told apart by an ETag of their content."""

import hashlib
from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from app.errors import NotFound

# Named here, since the system's own table differs from machine to machine.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


class Assets:
    """One folder whose files may be read by everybody."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def answer(self, request: Request, name: str, *, status: int = HTTPStatus.OK) -> Response:
        """The file, or 304 where the client has it; NotFound for everything else."""
        content = self._read(name)
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        # No `immutable`: a new version of the server is seen at the next look.
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if status == HTTPStatus.OK and is_known(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(content, status, headers | {"Content-Type": MEDIA_TYPES[_suffix(name)]})

    def _read(self, name: str) -> bytes:
        path = self._folder / name
        inside = "\0" not in name and path.resolve().is_relative_to(self._folder)
        if not inside or _suffix(name) not in MEDIA_TYPES or not path.is_file():
            raise NotFound("There is no such file.")
        return path.read_bytes()


def is_known(if_none_match: str, tag: str) -> bool:
    """Whether the client's validators have this one (weak comparison, RFC 9110, 13.1.2)."""
    given = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return tag in given or "*" in given


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()
