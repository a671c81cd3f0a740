"""The reports of a folder of `.sql` files, read again when they change.

A file that does not parse is a finding; the others are served all the same.
"""

import time
from asyncio import Lock, to_thread
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.catalog.finding import Finding
from app.catalog.frontmatter import BrokenReportError, parse_report
from app.catalog.report import Report, is_report_name

# Between two looks at the folder, seconds.
LOOK_SECONDS = 1.0
# A report is written by a person.
LARGEST_FILE = 1_048_576

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _File:
    """A file's state when it was read, and what was in it."""

    modified_ns: int
    size: int
    content: Report | Finding


class Folder:
    """`path` None is a folder without files. `clock` gives seconds."""

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._looked_at: float | None = None
        self._looking = Lock()
        self._files: dict[str, _File] = {}

    def missing(self) -> Finding | None:
        """A finding where a folder was given that is not there: it would look empty."""
        if self._path is None or self._path.is_dir():
            return None
        return _finding(self._path, 1, "There is no such folder of reports (ROWSTREAM_REPORTS).")

    async def reports(self) -> Mapping[str, Report | Finding]:
        """Every `.sql` file by the report's name, at most a second old."""
        async with self._looking:  # who asks during the first look waits for what it finds
            now = self._clock()
            if self._looked_at is None or now - self._looked_at >= LOOK_SECONDS:
                self._files = await to_thread(self._look)
                self._looked_at = now
        return {name: file.content for name, file in self._files.items()}

    def _look(self) -> dict[str, _File]:
        if self._path is None:
            return {}
        paths = sorted(path for path in self._path.glob("*.sql") if path.is_file())
        return {path.stem: self._file(path) for path in paths}

    def _file(self, path: Path) -> _File:
        """The file as it is known, or read again; one that vanishes meanwhile is a finding."""
        try:
            stat = path.stat()
            known = self._files.get(path.stem)
            if known and (known.modified_ns, known.size) == (stat.st_mtime_ns, stat.st_size):
                return known
            return _File(stat.st_mtime_ns, stat.st_size, _read(path, stat.st_size))
        except OSError as error:
            return _File(0, 0, _finding(path, 1, f"The file cannot be read: {error.strerror}."))


def _read(path: Path, size: int) -> Report | Finding:
    if not is_report_name(path.stem):
        return _finding(path, 1, "The file's name is no report name (letters, digits, _ . -).")
    if size > LARGEST_FILE:
        return _finding(path, 1, f"The file is larger than {LARGEST_FILE:,} bytes.")
    try:
        return parse_report(path.stem, path.read_text("utf-8"), source=path.name)
    except UnicodeDecodeError:
        return _finding(path, 1, "The file is not UTF-8.")
    except BrokenReportError as error:
        return _finding(path, error.line, str(error))


def _finding(path: Path, line: int, message: str) -> Finding:
    finding = Finding(report=path.stem, source=path.name, line=line, message=message)
    log.warning("report_broken", file=path.name, line=line, reason=message)
    return finding
