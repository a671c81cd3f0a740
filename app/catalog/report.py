"""What a report is: its text, its parameters, what PostgreSQL says of them. Nothing does I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

import msgspec

from app.errors import Json

Total = Literal["exact", "estimate", "none"]
Reader = Literal["auto", "cursor", "copy"]

# Words that follow /api/reports/ in addresses of their own.
RESERVED_REPORTS = frozenset({"stream", "cancel"})
# The query string carries these beside the report's own arguments.
RESERVED_PARAMETERS = frozenset(
    {
        *("columns", "where", "order", "search", "limit", "timezone"),
        *("report", "format", "after", "run"),
        *("delimiter", "quoteChar", "header", "bom", "spreadsheet_safe"),
    }
)


def is_report_name(name: str) -> bool:
    """Whether `name` can stand in an address; names outside the grammar are never reports."""
    return bool(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name)) and name not in RESERVED_REPORTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One `$n` of a report. `default` is text for PostgreSQL to parse, None is NULL.

    `options` is a SELECT of values and, in a second column, their labels.
    A required one has no default. `line` is where the operator declared it.
    """

    name: str
    label: str
    default: str | None = None
    options: str | None = None
    required: bool = False
    line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A named SELECT with declared parameters: `$1` is the first of them.

    `sql` is one statement without a trailing semicolon. `timeout` is in seconds; None is the
    server's own, as with `reader`, `chunk_rows` and `timezone`. `source` is for the operator:
    the file's name, or the table's; `line` is where `sql` begins in it.
    """

    name: str
    title: str
    sql: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    total: Total = "exact"
    timeout: float | None = None
    reader: Reader | None = None
    chunk_rows: int | None = None
    timezone: str | None = None
    source: str = ""
    line: int = 1

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, if there is one."""
        return next((each for each in self.parameters if each.name == name), None)

    def to_json(self) -> dict[str, Json]:
        """All of it, to be worked on later as it is now."""
        return cast("dict[str, Json]", msgspec.to_builtins(self))


def report_from_json(given: Mapping[str, Json]) -> Report:
    """The other way of `to_json`."""
    return msgspec.convert(given, Report)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a report, as PostgreSQL describes it.

    `type` is for people (`numeric`), `cast` is exact and qualified (`pg_catalog."numeric"`).
    `output` is the qualified output function where `::text` prints something else than
    PostgreSQL does, else None. `variable`: its values have no fixed width. `equality` and
    `ordering`: its type has such operators. `textual`: a search looks into it.
    """

    name: str
    type: str
    label: str
    oid: int
    cast: str
    output: str | None = None
    variable: bool = True
    equality: bool = True
    ordering: bool = True
    textual: bool = False

    @property
    def boolean(self) -> bool:
        """Whether it can be asked `is true`: bool itself, and domains over it."""
        return self.output == "pg_catalog.boolout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What PostgreSQL said when it prepared the report: types of `$1…$n`, and its columns.

    `parameter_types` is for people, `parameter_casts` is exact and qualified, in the same order.
    """

    parameter_types: tuple[str, ...]
    parameter_casts: tuple[str, ...]
    columns: tuple[Column, ...]
