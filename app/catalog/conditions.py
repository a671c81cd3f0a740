"""Filters, search and sorts of a query as SQL over `r.c1 … r.cN`, with their values as binds."""

from collections.abc import Iterable, Sequence

from app.catalog.binds import Binds
from app.catalog.query import Query
from app.catalog.report import Column
from app.catalog.terms import Filter, Order
from app.errors import InvalidArgument

COMPARISONS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
IS_TESTS = {
    "null": "is not distinct from null",
    "not_null": "is distinct from null",
    "true": "is true",
    "false": "is false",
}
# The database's own collation: LIKE refuses nondeterministic ones before PostgreSQL 18.
COLLATE = 'collate pg_catalog."default"'
# Column names that a refusal lists.
SHOWN_NAMES = 40


def output_text(column: Column, expression: str) -> str:
    """The text that PostgreSQL prints for a value; `::text` says something else for some types."""
    if column.output is None:
        return f"{expression}::text"
    return f"pg_catalog.textin({column.output}({expression}))"


def position(columns: Sequence[Column], name: str) -> int:
    """Where the one column of that name stands, from 0."""
    found = [at for at, column in enumerate(columns) if column.name == name]
    if len(found) > 1:
        raise InvalidArgument(
            f"{len(found)} columns of this report are called {name!r}; which one is meant cannot "
            "be said by name."
        )
    if not found:
        names = ", ".join(column.name for column in columns[:SHOWN_NAMES])
        more = ", …" if len(columns) > SHOWN_NAMES else ""
        raise InvalidArgument(f"There is no column {name!r}; this report has: {names}{more}.")
    return found[0]


def conditions(columns: Sequence[Column], query: Query, binds: Binds) -> Sequence[str]:
    conditions = [_condition(columns, each, binds) for each in query.where]
    if query.search is not None:
        conditions.append(_search(columns, query.search, binds))
    return conditions


def _condition(columns: Sequence[Column], filter_: Filter, binds: Binds) -> str:
    at = position(columns, filter_.column)
    column, expression = columns[at], f"r.c{at + 1}"
    match filter_.operator:
        case "is":
            return _is(column, expression, filter_.values[0])
        case "in":
            _require(column.equality, column, "compared")
            values = [_filter_value(column, text, binds) for text in filter_.values]
            return f"{expression} in ({', '.join(values)})" if values else "false"
        case "like" | "ilike":
            pattern = binds.bind(filter_.values[0].replace("*", "%"))
            return f"{output_text(column, expression)} {COLLATE} {filter_.operator} {pattern}"
        case operator:
            _require(column.equality, column, "compared")
            if operator not in ("eq", "neq"):
                _require(column.ordering, column, "ordered")
            value = _filter_value(column, filter_.values[0], binds)
            return f"{expression} {COMPARISONS[operator]} {value}"


def _filter_value(column: Column, text: str, binds: Binds) -> str:
    return binds.cast(f"filter on {column.name!r}", named=column.type, cast=column.cast, text=text)


def _is(column: Column, expression: str, value: str) -> str:
    if value in ("true", "false") and not column.boolean:
        raise InvalidArgument(
            f"The column {column.name!r} is of type {column.type}; only a boolean can be "
            f"is.{value}."
        )
    return f"{expression} {IS_TESTS[value]}"


def _require(can: bool, column: Column, participle: str) -> None:
    if not can:
        raise InvalidArgument(
            f"The column {column.name!r} cannot be {participle}: values of type {column.type} have "
            "no such operator. Filters like, ilike and is work on every column."
        )


def _search(columns: Sequence[Column], text: str, binds: Binds) -> str:
    """Any text column contains it; `%` and `_` in it mean themselves."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = binds.bind(f"%{escaped}%")
    found = [
        f"{output_text(column, f'r.c{number}')} {COLLATE} ilike {pattern}"
        for number, column in enumerate(columns, 1)
        if column.textual
    ]
    if not found:
        raise InvalidArgument("This report has no text column that could be searched.")
    return f"({' or '.join(found)})"


def sorts(columns: Sequence[Column], orders: Sequence[Order]) -> Iterable[str]:
    for order in orders:
        at = position(columns, order.column)
        _require(columns[at].ordering, columns[at], "ordered")
        nulls = f" nulls {order.nulls}" if order.nulls else ""
        yield f"r.c{at + 1} {order.direction}{nulls}"
