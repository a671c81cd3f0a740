"""The files of `static/`: read when they are asked for, told apart by their content.

A page names its files under a version, the digest of all of them: `/static/<version>/js/…`. A
browser keeps those and asks for none of them again, and with any change the version is another. A
file under its own name, or under a version that is gone, is asked about by its ETag each time; so
is one that has changed since a page was asked for: it is none of that version's.
"""

import hashlib
import re
from collections.abc import Mapping
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


VERSION = re.compile("[0-9a-f]{16}")
FOREVER = "public, max-age=31536000, immutable"
ASK = "no-cache"

State = tuple[tuple[str, int, int], ...]


class Assets:
    """One folder whose files may be read by everybody."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._state: State = ()
        self._digests: dict[str, str] = {}
        self._version = ""

    def page(self, request: Request, name: str, *, status: int = HTTPStatus.OK) -> Response:
        """The HTML file, or 304 where the client has it; it names others under their version."""
        version = self._current_version().encode()
        content = self._read(name).replace(b'"/static/', b'"/static/%b/' % version)
        return _answer(request, name, content, status=status, keep=ASK)

    def answer(self, request: Request, path: str) -> Response:
        """The file, or 304 where the client has it; NotFound for everything else."""
        version, _, name = path.partition("/")
        if not VERSION.fullmatch(version):
            return _answer(request, path, self._read(path), keep=ASK)
        content, known = self._read(name), self._version or self._current_version()
        is_its = version == known and _digest(content) == self._digests.get(name)
        return _answer(request, name, content, keep=FOREVER if is_its else ASK)

    def _current_version(self) -> str:
        files = sorted(path for path in self._folder.rglob("*") if path.is_file())
        state = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)
        if state != self._state:
            self._digests = {
                path.relative_to(self._folder).as_posix(): _digest(path.read_bytes())
                for path in files
            }
            self._state, self._version = state, _version(self._digests)
        return self._version

    def _read(self, name: str) -> bytes:
        path = self._folder / name
        inside = "\0" not in name and path.resolve().is_relative_to(self._folder)
        if not inside or _suffix(name) not in MEDIA_TYPES:
            raise _missing()
        try:
            return path.read_bytes()
        except OSError as error:  # none, a folder, or a name that is longer than any file's
            raise _missing() from error


def _answer(
    request: Request, name: str, content: bytes, *, status: int = HTTPStatus.OK, keep: str
) -> Response:
    tag = f'"{_digest(content)[:32]}"'
    headers = {"ETag": tag, "Cache-Control": keep}
    if status == HTTPStatus.OK and is_known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, status, headers | {"Content-Type": MEDIA_TYPES[_suffix(name)]})


def is_known(if_none_match: str, tag: str) -> bool:
    """Whether the client's validators have this one (weak comparison, RFC 9110, 13.1.2)."""
    given = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return tag in given or "*" in given


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _version(digests: Mapping[str, str]) -> str:
    """What tells these files from any others."""
    lines = "".join(f"{digest} {name}\n" for name, digest in digests.items())
    return _digest(lines.encode())[:16]


def _missing() -> NotFound:
    return NotFound("There is no such file.")
