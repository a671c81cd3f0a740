"""The text of a `.sql` file → a Report: TOML in the leading comment block, then one SELECT.

What is wrong is said with the line where it stands. Whether PostgreSQL has the tables and columns
is not asked here.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, NoReturn

import msgspec

from app.catalog.placeholders import placeholders
from app.catalog.report import RESERVED_PARAMETERS, Parameter, Reader, Report, Total
from app.catalog.report_sql import NotOneSelectError, one_select
from app.catalog.timezones import unknown_timezone

# A chunk is also bounded in bytes; more rows than this only make an event late.
MOST_CHUNK_ROWS = 10_000
# Under its own comment mark, one space is not part of the TOML.
COMMENT = re.compile(r"--( ?)")
TOML_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


class BrokenReportError(ValueError):
    """The file is no report. `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _Parameter(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    label: str | None = None
    default: object = None
    options: str | None = None
    required: bool | None = None


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    title: str | None = None
    description: str = ""
    parameters: list[_Parameter] = []
    labels: dict[str, str] = {}
    total: Total = "exact"
    timeout: Annotated[float, msgspec.Meta(gt=0)] | None = None
    reader: Reader | None = None
    chunk_rows: Annotated[int, msgspec.Meta(ge=1, le=MOST_CHUNK_ROWS)] | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Knows on which line of the file something stands."""

    header: Sequence[str]
    first: int

    def fail(self, message: str, word: str | None = None) -> NoReturn:
        """Raise BrokenReportError for the header's line that has `word`, else for its first."""
        raise BrokenReportError(message, self.line(word))

    def line(self, word: str | None) -> int:
        """Where the parameter of that name is declared, or that key set, or the word stands."""
        name = re.escape(word or "")
        patterns = [rf"name\s*=\s*[\"']{name}[\"']", rf"(?<![\w-]){name}\s*=", name]
        found = (
            at
            for pattern in patterns
            for at, text in enumerate(self.header)
            if re.search(pattern, text)
        )
        return self.first + next(found, 0)


def parse_report(name: str, text: str, *, source: str) -> Report:
    """The report of one file. Raises BrokenReportError with the line and a sentence."""
    header, first, sql, sql_line = _split(text)
    place = _Place(header, first)
    read = _read_header(place)
    parameters = tuple(_parameters(read.parameters, place))
    statement = _located(lambda: one_select(sql), sql, sql_line)
    _check_placeholders(statement, parameters, sql_line, place)
    return Report(
        name=name,
        title=read.title or name.replace("_", " ").strip().capitalize(),
        description=read.description,
        sql=statement,
        parameters=parameters,
        labels=read.labels,
        total=read.total,
        timeout=read.timeout,
        reader=read.reader,
        chunk_rows=read.chunk_rows,
        timezone=_timezone(read.timezone, place),
        source=source,
        line=sql_line,
    )


def _split(text: str) -> tuple[list[str], int, str, int]:
    """The header without its comment marks, its first line, the SQL, and the SQL's first line."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    end = first
    while end < len(lines) and lines[end].startswith("--"):
        end += 1
    header = [COMMENT.sub("", line, count=1) for line in lines[first:end]]
    return header, first + 1, "\n".join(lines[end:]), end + 1


def _read_header(place: _Place) -> _Header:
    try:
        # Decimal keeps the digits of a default as they were written.
        table = tomllib.loads("\n".join(place.header), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        at = TOML_LINE.search(str(error))
        line = int(at[1]) if at and at[1] else max(len(place.header), 1)
        raise BrokenReportError(
            f"The comment at the top is not TOML: {TOML_LINE.sub('', str(error))}.",
            place.first + line - 1,
        ) from error
    try:
        return msgspec.convert(table, _Header)
    except msgspec.ValidationError as error:
        words = re.findall(r"`\$?\.?([\w-]+)[^`]*`", str(error))
        place.fail(f"In the comment at the top: {error}.", _word(str(error), words))


def _word(message: str, words: list[str]) -> str | None:
    """An unknown key is named first; for a wrong value the path stands last."""
    if not words:
        return None
    return words[0] if "unknown field" in message else words[-1]


def _parameters(declared: Sequence[_Parameter], place: _Place) -> Iterator[Parameter]:
    seen: set[str] = set()
    for each in declared:
        _check_name(each.name, seen, place)
        seen.add(each.name)
        if each.default is not None and each.required:
            place.fail(f"The parameter {each.name!r} is required and has a default.", each.name)
        yield Parameter(
            name=each.name,
            label=each.label or each.name.replace("_", " ").capitalize(),
            default=_default(each, place),
            options=_options(each, place),
            required=each.default is None and each.required is not False,
            line=place.line(each.name),
        )


def _check_name(name: str, seen: set[str], place: _Place) -> None:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        place.fail(
            f"The parameter name {name!r} is not made of letters, digits and underscores.", name
        )
    if name in RESERVED_PARAMETERS:
        place.fail(f"The parameter name {name!r} is one of Rowstream's own words.", name)
    if name in seen:
        place.fail(f"Two parameters are called {name!r}.", name)


def _default(parameter: _Parameter, place: _Place) -> str | None:
    value = parameter.default
    if isinstance(value, list | dict):
        place.fail(
            f"The default of {parameter.name!r} is a list or a table; write it as PostgreSQL "
            "reads it, such as '{a,b}'.",
            parameter.name,
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _options(parameter: _Parameter, place: _Place) -> str | None:
    if parameter.options is None:
        return None
    try:
        options = one_select(parameter.options)
    except NotOneSelectError as error:
        place.fail(f"The options of {parameter.name!r}: {error}", parameter.name)
    if next(placeholders(options), None):
        place.fail(f"The options of {parameter.name!r} take no placeholder.", parameter.name)
    return options


def _located(select: Callable[[], str], sql: str, sql_line: int) -> str:
    try:
        return select()
    except NotOneSelectError as error:
        line = sql_line + sql.count("\n", 0, error.position)
        raise BrokenReportError(str(error), line) from error


def _check_placeholders(
    sql: str, parameters: Sequence[Parameter], sql_line: int, place: _Place
) -> None:
    """As many `$n` as parameters: one more has no value, one less would change nothing."""
    used: set[int] = set()
    for each in placeholders(sql):
        if not 1 <= each.number <= len(parameters):
            raise BrokenReportError(
                f"${each.number} has no parameter; {len(parameters)} are declared.",
                sql_line + sql.count("\n", 0, each.start),
            )
        used.add(each.number)
    for number, parameter in enumerate(parameters, 1):
        if number not in used:
            place.fail(
                f"The parameter {parameter.name!r} is not used; its place is ${number}.",
                parameter.name,
            )


def _timezone(name: str | None, place: _Place) -> str | None:
    if name is not None and (refusal := unknown_timezone(name)):
        place.fail(refusal, "timezone")
    return name
