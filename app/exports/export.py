"""What an export is: a report's rows on their way into a file. Nothing here does I/O.

Its states and the moves between them are a run's (`app.runs.run`), and one more: a worker that is
stopped gives it back, so that it is pending again. Whoever works on it holds a number, its
`attempt`: what an earlier holder still wants to write is refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType, cast
from uuid import uuid4

from app.errors import InvalidArgument, Json
from app.runs.run import Status, TotalKind, is_final

ExportId = NewType("ExportId", str)
Format = Literal["csv", "json", "ndjson", "xlsx", "parquet"]
Stage = Literal["queued", "fetching", "processing", "file-generation", "finalizing"]
Coding = Literal["gzip", "zstd"]

FORMATS: tuple[Format, ...] = ("csv", "json", "ndjson", "xlsx", "parquet")
TEXT_FORMATS: frozenset[Format] = frozenset({"csv", "json", "ndjson"})
CODINGS: tuple[Coding, ...] = ("gzip", "zstd")
MOST_ROW_BYTES = 8 << 20  # a row is held several times on its way into a file
CODED_ENDS: Mapping[Coding, str] = {"gzip": ".gz", "zstd": ".zst"}
MEDIA_TYPES: Mapping[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
CSV_KEYS = ("delimiter", "quoteChar", "header", "bom", "spreadsheet_safe")
FLAGS: Mapping[str, bool] = {"true": True, "yes": True, "1": True} | {
    "false": False,
    "no": False,
    "0": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvOptions:
    """How a CSV file is written; the defaults are psql's."""

    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    bom: bool = False
    spreadsheet_safe: bool = False

    def to_json(self) -> dict[str, Json]:
        """With the keys of a query string, all of them."""
        given = (self.delimiter, self.quote, self.header, self.bom, self.spreadsheet_safe)
        return dict(zip(CSV_KEYS, given, strict=True))

    @classmethod
    def from_json(cls, given: Mapping[str, Json]) -> "CsvOptions":
        """The other way of `to_json`; without keys the defaults."""
        return cls(
            delimiter=str(given.get("delimiter", ",")),
            quote=str(given.get("quoteChar", '"')),
            header=bool(given.get("header", True)),
            bom=bool(given.get("bom", False)),
            spreadsheet_safe=bool(given.get("spreadsheet_safe", False)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A compressed form of a file, as it lies in the store."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A finished file: its name for people, its key in the store, bytes, SHA-256 in hex."""

    name: str
    key: str
    size: int
    sha256: str
    media_type: str
    modified: datetime
    codings: Mapping[Coding, Coded] = field(default_factory=dict[Coding, Coded])

    @property
    def keys(self) -> list[str]:
        """Everything of it in the store."""
        return [self.key, *(each.key for each in self.codings.values())]

    @property
    def bytes(self) -> int:
        """What it takes in the store."""
        return self.size + sum(each.size for each in self.codings.values())

    def to_json(self) -> dict[str, Json]:
        """As the registry keeps it."""
        codings: dict[str, Json] = {
            name: {"key": each.key, "size": each.size, "sha256": each.sha256}
            for name, each in self.codings.items()
        }
        return {
            "name": self.name,
            "key": self.key,
            "size": self.size,
            "sha256": self.sha256,
            "media_type": self.media_type,
            "modified": self.modified.isoformat(),
            "codings": codings,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Json]) -> "StoredFile":
        """The other way of `to_json`."""
        coded = cast("Mapping[Coding, Mapping[str, Json]]", given["codings"])
        return cls(
            name=str(given["name"]),
            key=str(given["key"]),
            size=cast("int", given["size"]),
            sha256=str(given["sha256"]),
            media_type=str(given["media_type"]),
            modified=datetime.fromisoformat(str(given["modified"])),
            codings={
                name: Coded(
                    key=str(each["key"]),
                    size=cast("int", each["size"]),
                    sha256=str(each["sha256"]),
                )
                for name, each in coded.items()
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One background export. Times are aware; `bytes` is what it takes in the store.

    `definition` is the report as it was when it was asked for, known to who enters the export and
    who begins to work on it. `postponed` of its attempts ended because their worker was stopped.
    """

    id: ExportId
    owner: str
    report: str
    title: str
    format: Format
    created_at: datetime
    options: CsvOptions = field(default_factory=CsvOptions)
    arguments: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    query: Mapping[str, Json] = field(default_factory=dict[str, Json])
    definition: Mapping[str, Json] | None = None
    status: Status = "pending"
    stage: Stage | None = "queued"
    position: int | None = None
    attempt: int = 0
    postponed: int = 0
    rows: int = 0
    bytes: int = 0
    total: int | None = None
    total_kind: TotalKind = "unknown"
    progress: float | None = None
    reason: str | None = None
    error: Mapping[str, Json] | None = None
    file: StoredFile | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        """Whether the export has ended."""
        return is_final(self.status)

    @property
    def key(self) -> str:
        """Where this attempt's file lies in the store: no other attempt writes there."""
        return f"{self.id}.{self.attempt}.{self.format}"


def new_export_id() -> ExportId:
    """128 random bits (uuid4): where nobody logs in, knowing it is the right to the file."""
    return ExportId(str(uuid4()))


def export_of_key(key: str) -> ExportId:
    """The export that an entry of the store belongs to."""
    return ExportId(key.partition(".")[0])


def parse_format(text: str) -> Format:
    """One of the formats; InvalidArgument names them all."""
    for each in FORMATS:
        if text == each:
            return each
    raise InvalidArgument(
        f"There is no export as {text[:20]!r}; accepted are {', '.join(FORMATS)}."
    )


def csv_options(
    form: Format, items: Iterable[tuple[str, str]]
) -> tuple[CsvOptions, list[tuple[str, str]]]:
    """The options of a query string, and what else is in it. Raises InvalidArgument, also where
    another format is given one that is not CSV's own default.
    """
    given: dict[str, str] = {}
    rest: list[tuple[str, str]] = []
    for name, value in items:
        if name not in CSV_KEYS:
            rest.append((name, value))
        elif name in given:
            raise InvalidArgument(f"{name!r} is given twice.")
        else:
            given[name] = value
    options = CsvOptions(
        delimiter=_character("delimiter", given.get("delimiter", ",")),
        quote=_character("quoteChar", given.get("quoteChar", '"')),
        header=_flag("header", given.get("header", "true")),
        bom=_flag("bom", given.get("bom", "false")),
        spreadsheet_safe=_flag("spreadsheet_safe", given.get("spreadsheet_safe", "false")),
    )
    if options.delimiter == options.quote:
        raise InvalidArgument("'delimiter' and 'quoteChar' are the same character.")
    if options != CsvOptions() and form != "csv":
        raise InvalidArgument("Delimiter, quotes, header and BOM are options of csv alone.")
    return options, rest


def _character(name: str, text: str) -> str:
    """One byte that no line end and no NULL can be taken for, as COPY wants it."""
    if len(text) != 1 or not text.isascii() or text in "\0\r\n":
        raise InvalidArgument(
            f"{name!r} is {text[:20]!r}; it takes one ASCII character that is no line break."
        )
    return text


def _flag(name: str, text: str) -> bool:
    if text.lower() not in FLAGS:
        raise InvalidArgument(f"{name!r} is {text[:20]!r}; it takes true or false.")
    return FLAGS[text.lower()]
