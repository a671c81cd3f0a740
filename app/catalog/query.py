"""What a reader asks of a report: its arguments, columns, filters, sort, search, limit, time zone.

Read from a query string or from the JSON body of a POST; everything is checked here that can be
checked without knowing the report's columns. A refusal names what was wrong and what is accepted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from app.catalog.report import Report
from app.catalog.terms import Filter, Order, parse_columns, parse_filter, parse_order
from app.catalog.timezones import unknown_timezone
from app.errors import InvalidArgument, Json

QUERY_KEYS = ("columns", "where", "order", "search", "limit", "timezone")
# PostgreSQL's LIMIT is an int8.
LARGEST_LIMIT = 2**63 - 1
# Filter values become binds, of which the protocol takes 32,767: far more than a person names.
MOST_VALUES = 1000

Arguments = Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One checked request. `arguments` has every parameter of the report, defaults filled in.

    `columns` None is all of them. Values are text for PostgreSQL to parse; None is NULL.
    """

    arguments: Arguments = field(default_factory=dict[str, str | None])
    columns: tuple[str, ...] | None = None
    where: tuple[Filter, ...] = ()
    order: tuple[Order, ...] = ()
    search: str | None = None
    limit: int | None = None
    timezone: str | None = None

    def to_json(self) -> dict[str, Json]:
        """All but the arguments, with the keys and terms of a POST body; none empty."""
        given: dict[str, Json] = {
            "columns": None if self.columns is None else list(self.columns),
            "where": [each.term() for each in self.where],
            "order": [each.term() for each in self.order],
            "search": self.search,
            "limit": self.limit,
            "timezone": self.timezone,
        }
        return {key: value for key, value in given.items() if value not in (None, [])}


class StoredQuery(msgspec.Struct, forbid_unknown_fields=True):
    """A query without its arguments, as JSON."""

    columns: list[str] | None = None
    where: list[str] = []
    order: list[str] = []
    search: str | None = None
    limit: int | None = None
    timezone: str | None = None


class StartBody(StoredQuery, forbid_unknown_fields=True):
    """The body of a POST that starts a run. Argument values are strings, numbers, booleans, null.

    They are kept as they were written, so that no digit of a number is lost.
    """

    arguments: dict[str, msgspec.Raw] = {}


def decode_body(body: bytes) -> StartBody:
    """The JSON of a POST; an empty one asks for the defaults. Raises InvalidArgument."""
    try:
        return msgspec.json.decode(body or b"{}", type=StartBody)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidArgument(
            f"The body is not the JSON that starts a run: {error}. It takes the keys arguments, "
            f"{', '.join(QUERY_KEYS)}."
        ) from error


def parse_body(report: Report, body: StartBody) -> Query:
    """The query of a POST body."""
    given = {name: _body_value(name, raw) for name, raw in body.arguments.items()}
    return _query(_arguments(report, given), body)


def _body_value(name: str, raw: msgspec.Raw) -> str | None:
    """Booleans become `true` and `false`; numbers keep their digits."""
    text = bytes(raw).strip()
    if text[:1] in (b"{", b"["):
        raise InvalidArgument(
            f"The argument {name!r} is a JSON list or object; accepted are a string, a number, "
            "a boolean or null."
        )
    if text[:1] == b'"':
        return _body_text(name, text)
    return None if text == b"null" else text.decode("ascii")


def _body_text(name: str, text: bytes) -> str:
    try:
        return msgspec.json.decode(text, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidArgument(f"The argument {name!r} is not a JSON string: {error}.") from error


def parse_query(report: Report, items: Iterable[tuple[str, str]]) -> Query:
    """The query of a query string, decoded into names and values. Only `where` may be repeated."""
    where: list[str] = []
    given: dict[str, str | None] = {}
    for name, value in items:
        if name == "where":
            where.append(value)
        elif name in given:
            raise InvalidArgument(f"{name!r} is given twice; only 'where' can be repeated.")
        else:
            given[name] = value
    options = {name: given.pop(name, None) for name in QUERY_KEYS if name != "where"}
    columns, order, limit = options["columns"], options["order"], options["limit"]
    stored = StoredQuery(
        columns=None if columns is None else list(parse_columns(columns)),
        where=where,
        order=[] if order is None else [order],
        search=options["search"],
        limit=None if limit is None else _limit(limit),
        timezone=options["timezone"],
    )
    return _query(_arguments(report, given), stored)


def query_from_json(arguments: Arguments, query: Mapping[str, Json]) -> Query:
    """The other way of `to_json`: what a run's `arguments` and `query` fields say."""
    return _query(arguments, msgspec.convert(query, StoredQuery))


def _arguments(report: Report, given: Arguments) -> Arguments:
    """Every parameter's value, in the report's order."""
    unknown = [name for name in given if report.parameter(name) is None]
    if unknown:
        raise InvalidArgument(f"Unknown parameter {unknown[0]!r}; {_accepted(report)}")
    missing = [each.name for each in report.parameters if each.required and each.name not in given]
    if missing:
        raise InvalidArgument(f"The parameter {missing[0]!r} is missing; it has no default.")
    return {
        each.name: _text(f"parameter {each.name!r}", given.get(each.name, each.default))
        for each in report.parameters
    }


def _accepted(report: Report) -> str:
    names = ", ".join(each.name for each in report.parameters)
    takes = f"this report takes: {names}" if names else "this report takes no parameters"
    return f"{takes}. Beside them there are: {', '.join(QUERY_KEYS)}."


def _query(arguments: Arguments, stored: StoredQuery) -> Query:
    where = tuple(_filters(stored.where))
    return Query(
        arguments=arguments,
        columns=_columns(stored.columns),
        where=where,
        order=_order(stored.order),
        search=_text("search", stored.search) or None,
        limit=None if stored.limit is None else _limit(str(stored.limit)),
        timezone=None if stored.timezone is None else _timezone(stored.timezone),
    )


def _filters(terms: Iterable[str]) -> Iterator[Filter]:
    values = 0
    for term in terms:
        parsed = parse_filter(_text("filter", term) or "")
        values += 1 + len(parsed.values)
        if values > MOST_VALUES:
            raise InvalidArgument(f"The filters have more than {MOST_VALUES:,} values in all.")
        yield parsed


def _order(terms: Iterable[str]) -> tuple[Order, ...]:
    orders = tuple(order for term in terms for order in parse_order(term))
    _refuse_repeats("order", [each.column for each in orders])
    return orders


def _columns(names: list[str] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    if not names:
        raise InvalidArgument("The list of columns is empty; leave 'columns' out to have them all.")
    _refuse_repeats("columns", names)
    return tuple(names)


def _refuse_repeats(key: str, names: list[str]) -> None:
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise InvalidArgument(f"The column {repeated!r} stands twice in {key!r}.")


def _limit(text: str) -> int:
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_LIMIT))
    if not digits or not 0 < int(text) <= LARGEST_LIMIT:
        raise InvalidArgument(f"The limit {text[:40]!r} is not a whole number of at least 1.")
    return int(text)


def _timezone(name: str) -> str:
    if refusal := unknown_timezone(name):
        raise InvalidArgument(refusal)
    return name


def _text(what: str, value: str | None) -> str | None:
    """PostgreSQL's text takes every character but NUL, and no half of a surrogate pair."""
    if value is not None and ("\0" in value or any("\ud800" <= each <= "\udfff" for each in value)):
        raise InvalidArgument(f"The {what} has a character that text cannot have (NUL or a half).")
    return value
