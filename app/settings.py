"""Every setting, read once from the environment and the command line, and never changed.

Sizes take units (`256MiB`, `1GB`), times too (`250ms`, `30s`, `5min`); a bare number is bytes
or seconds. A setting that does not parse stops the start with a sentence.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, cast

from app.errors import StartupError
from app.setting_values import (
    Parse,
    parse_cost,
    parse_count,
    parse_names,
    parse_port,
    parse_reader,
    parse_size,
    parse_some_time,
    parse_time,
    parse_timezone,
    parse_yes,
)

PREFIX = "ROWSTREAM_"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def default_data() -> Path:
    """The folder for backlogs, files and the embedded PostgreSQL of the user who runs this."""
    return data_of(os.geteuid(), os.environ)


def data_of(user: int, environ: Mapping[str, str]) -> Path:
    """That folder of a user. A relative XDG_STATE_HOME is none (XDG Base Directory, "Basics")."""
    if user == 0:
        return Path("/var/lib/rowstream")
    state = Path(environ.get("XDG_STATE_HOME", ""))
    return (state if state.is_absolute() else Path.home() / ".local" / "state") / "rowstream"


def _about(parse: Parse, means: str) -> dict[str, object]:
    """How a setting's text is read, and what it means."""
    return {"parse": parse, "means": means}


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """All settings; a field `pool` is the variable `ROWSTREAM_POOL` and the flag `--pool`."""

    host: str = field(default="127.0.0.1", metadata=_about(str, "address to listen on"))
    port: int = field(
        default=8000, metadata=_about(parse_port, "port to listen on; 0 lets the system choose")
    )
    anonymous: bool = field(
        default=False, metadata=_about(parse_yes, "serve everybody, without login, beyond loopback")
    )
    data: Path = field(
        default_factory=default_data,
        metadata=_about(Path, "folder for backlogs, files and the embedded PostgreSQL"),
    )
    reports: Path | None = field(
        default=None,
        metadata=_about(Path, "folder of report files (the demo's with the embedded database)"),
    )
    expose: tuple[str, ...] = field(
        default=(),
        metadata=_about(parse_names, "schemas whose tables and views are reports, comma-separated"),
    )
    database_url: str | None = field(
        default=None, metadata=_about(str, "where reports read (embedded when not given)")
    )
    state_url: str | None = field(
        default=None,
        metadata=_about(str, "where runs are kept (the database when not given, else embedded)"),
    )
    files_url: str | None = field(
        default=None,
        metadata=_about(str, "where exports lie, such as s3://bucket/folder (the data folder)"),
    )
    processes: int = field(default=1, metadata=_about(parse_count, "server processes"))
    export_worker: bool = field(
        default=True, metadata=_about(parse_yes, "`serve` starts a process that does exports")
    )
    count_cost: float = field(
        default=2_000_000.0,
        metadata=_about(parse_cost, "plans dearer than this (in EXPLAIN's units) are not counted"),
    )
    error_detail: bool = field(
        default=False, metadata=_about(parse_yes, "PostgreSQL's own words in errors to readers")
    )
    pool: int = field(
        default=10, metadata=_about(parse_count, "runs of a process that read at once")
    )
    queue: int = field(default=100, metadata=_about(parse_count, "runs of a process that may wait"))
    hosts: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            parse_names, "names the server answers to, comma-separated (loopback's when not given)"
        ),
    )
    timezone: str = field(default="UTC", metadata=_about(parse_timezone, "time zone of values"))
    runs_per_owner: int = field(
        default=5, metadata=_about(parse_count, "runs in progress of one owner")
    )
    run_timeout: float = field(
        default=300.0, metadata=_about(parse_some_time, "time limit of a run")
    )
    chunk_rows: int = field(default=1000, metadata=_about(parse_count, "rows of a chunk at most"))
    chunk_bytes: int = field(
        default=2**20, metadata=_about(parse_size, "row text of a chunk at most")
    )
    chunk_delay: float = field(
        default=0.25, metadata=_about(parse_time, "a chunk with a row in it ends after this")
    )
    row_bytes: int = field(default=4 * 2**20, metadata=_about(parse_size, "the largest row"))
    reader: Literal["auto", "cursor", "copy"] = field(
        default="auto", metadata=_about(parse_reader, "what reads the rows out of PostgreSQL")
    )
    follower_grace: float = field(
        default=30.0,
        metadata=_about(parse_some_time, "a run nobody follows is cancelled after this"),
    )
    backlog_ttl: float = field(
        default=3600.0, metadata=_about(parse_some_time, "a finished run is kept for this long")
    )
    backlog_run_bytes: int = field(
        default=2 * 2**30, metadata=_about(parse_size, "backlog of one run at most")
    )
    backlog_bytes: int = field(
        default=20 * 2**30, metadata=_about(parse_size, "all backlogs at most")
    )
    export_report: str | None = field(
        default=None, metadata=_about(str, "the report that is exported where none is named")
    )
    export_slots: int = field(
        default=2, metadata=_about(parse_count, "exports of a worker at the same time")
    )
    exports_per_owner: int = field(
        default=5, metadata=_about(parse_count, "exports in progress of one owner")
    )
    export_timeout: float = field(
        default=7200.0, metadata=_about(parse_some_time, "time limit of an export")
    )
    export_ttl: float = field(
        default=86400.0, metadata=_about(parse_some_time, "a finished export is kept for this long")
    )
    files_bytes: int = field(
        default=100 * 2**30, metadata=_about(parse_size, "the files of all exports at most")
    )
    send_timeout: float = field(
        default=30.0,
        metadata=_about(parse_some_time, "a follower that takes nothing for this long is dropped"),
    )
    stop_grace: float = field(
        default=10.0, metadata=_about(parse_time, "time for runs to end after SIGTERM")
    )

    @property
    def files_address(self) -> str:
        """Where exports lie: what was given, else a folder in the data folder."""
        return self.files_url or (self.data.absolute() / "files").as_uri()

    @classmethod
    def read(
        cls, environ: Mapping[str, str], flags: Mapping[str, str | None] | None = None
    ) -> "Settings":
        """Settings from `ROWSTREAM_…` variables and flags (which win); StartupError when wrong."""
        given = {
            item.name: value
            for item in fields(cls)
            if (value := _given(item, environ, flags or {})) is not None
        }
        parsed = {item.name: _parsed(item, given[item.name]) for item in _known(given)}
        return cls(**cast("dict[str, Any]", parsed))

    def lines(self) -> list[str]:
        """`ROWSTREAM_NAME=value` for every setting, passwords masked, for the first log line."""
        return [f"{variable(item.name)}={shown(getattr(self, item.name))}" for item in fields(self)]


def variable(name: str) -> str:
    """The environment variable of a setting's field."""
    return PREFIX + name.upper()


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Variables that look like settings and are none: a slip of the pen would go unnoticed."""
    known = {variable(item.name) for item in fields(Settings)}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def shown(value: object) -> str:
    """A setting as it may be printed: lists joined, passwords of addresses replaced by `***`."""
    if isinstance(value, tuple):
        return ",".join(str(item) for item in cast("tuple[object, ...]", value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return masked("" if value is None else str(value))


def masked(text: str) -> str:
    """An address, or libpq's `name=value` pairs, with the password replaced by `***`.

    Not by the rules of addresses: a password that should have been quoted (`/`, `#`, `@`) would
    then be printed.
    """
    text = re.sub(r"(://[^:/?#@]*):.*@", r"\1:***@", text)
    return re.sub(r"(?i)\b((?:ssl)?password=)[^&\s]*", r"\1***", text)


def _known(given: Mapping[str, str]) -> list[Field[Any]]:
    return [item for item in fields(Settings) if item.name in given]


def _given(
    item: Field[Any], environ: Mapping[str, str], flags: Mapping[str, str | None]
) -> str | None:
    flag = flags.get(item.name)
    return flag if flag is not None else environ.get(variable(item.name)) or None


def _parsed(item: Field[Any], text: str) -> object:
    try:
        return item.metadata["parse"](text)
    except ValueError as error:
        message = f"{variable(item.name)}: '{shown(text)}' {error}."
        raise StartupError(message) from error
