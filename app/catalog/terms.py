"""The terms of a query string: `carrier.eq.UA`, `dep_delay.desc.nullslast`, `"odd.name",b`.

PostgREST's grammar: a name with a dot, a comma, a quote or a bracket in it stands in double
quotes, where a backslash quotes the next character. Terms are checked against a report's columns
later; here only their form is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from app.errors import InvalidArgument

Direction = Literal["asc", "desc"]
Nulls = Literal["first", "last"]

COMPARISONS = ("eq", "neq", "gt", "gte", "lt", "lte")
PATTERNS = ("like", "ilike")
OPERATORS = (*COMPARISONS, *PATTERNS, "in", "is")
IS_VALUES = ("null", "not_null", "true", "false")

QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
PLAIN_NAME = re.compile(r'[^".,:()\\\s](?:[^".,()\\]*[^".,()\\\s])?')
PLAIN_VALUE = re.compile(r'[^",()\\]+')
SORT = re.compile(r"(?:\.(asc|desc))?(?:\.nulls(first|last))?")


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on a column. `values` has one text, for `in` any number of them."""

    column: str
    operator: str
    values: tuple[str, ...]

    def term(self) -> str:
        """The text that `parse_filter` reads."""
        value = self.values[0] if self.operator != "in" else f"({_list(self.values)})"
        return f"{_quote(self.column, PLAIN_NAME)}.{self.operator}.{value}"


@dataclass(frozen=True, slots=True)
class Order:
    """One column to sort by; `nulls` None is PostgreSQL's own place for them."""

    column: str
    direction: Direction = "asc"
    nulls: Nulls | None = None

    def term(self) -> str:
        """The text that `parse_order` reads."""
        nulls = f".nulls{self.nulls}" if self.nulls else ""
        return f"{_quote(self.column, PLAIN_NAME)}.{self.direction}{nulls}"


def _list(values: tuple[str, ...]) -> str:
    return ",".join(_quote(value, PLAIN_VALUE) for value in values)


def _quote(text: str, plain: re.Pattern[str]) -> str:
    if plain.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _name(text: str, start: int, stops: str) -> tuple[str, int]:
    """The name at `start`, up to one of `stops`, and where it ends."""
    if quoted := QUOTED.match(text, start):
        return _unquote(quoted[1]), quoted.end()
    end = next((at for at in range(start, len(text)) if text[at] in stops), len(text))
    return text[start:end], end


def _items(text: str, stops: str) -> Iterator[tuple[str, str]]:
    """The parts between commas: a name, and what follows it up to the next comma."""
    at = 0
    while True:
        name, at = _name(text, at, stops)
        end = text.find(",", at)
        end = len(text) if end < 0 else end
        yield name, text[at:end]
        if end == len(text):
            return
        at = end + 1


def parse_filter(term: str) -> Filter:
    """`column.operator.value`; the value of a comparison or a pattern is the rest as it stands."""
    column, at = _name(term, 0, ".")
    dot, _, rest = term[at:].partition(".")
    operator, separator, value = rest.partition(".")
    if dot or not column or not separator:
        raise InvalidArgument(
            f"The filter {term!r} is not of the form column.operator.value, such as carrier.eq.UA."
        )
    return Filter(column, _operator(operator, term), _values(operator, value, term))


def _operator(operator: str, term: str) -> str:
    if operator not in OPERATORS:
        raise InvalidArgument(
            f"Unknown operator {operator!r} in the filter {term!r}; there are: "
            f"{', '.join(OPERATORS)}."
        )
    return operator


def _values(operator: str, value: str, term: str) -> tuple[str, ...]:
    if operator == "in":
        return tuple(_listed(value, term))
    if operator == "is" and value not in IS_VALUES:
        raise InvalidArgument(
            f"The filter {term!r} asks for is.{value}; accepted are: "
            f"{', '.join(f'is.{each}' for each in IS_VALUES)}."
        )
    if operator in PATTERNS and _ends_in_escape(value):
        raise InvalidArgument(
            f"The pattern of the filter {term!r} ends with a backslash, which quotes nothing; "
            "write two for a backslash."
        )
    return (value,)


def _ends_in_escape(pattern: str) -> bool:
    return (len(pattern) - len(pattern.rstrip("\\"))) % 2 == 1


def _listed(value: str, term: str) -> Iterator[str]:
    if not (value.startswith("(") and value.endswith(")")):
        raise InvalidArgument(
            f'The filter {term!r} needs its list in brackets, such as carrier.in.(UA,"A,B").'
        )
    if value == "()":
        return
    for text, rest in _items(value[1:-1], ","):
        if rest:
            raise InvalidArgument(
                f"In the list of the filter {term!r}, {rest!r} follows a quoted value; "
                "a comma belongs there."
            )
        yield text


def parse_order(text: str) -> tuple[Order, ...]:
    """`dep_delay.desc,carrier`; each with `asc` or `desc`, `nullsfirst` or `nullslast`, or none."""
    return tuple(_order(name, rest) for name, rest in _items(text, ".,"))


def _order(column: str, rest: str) -> Order:
    words = SORT.fullmatch(rest)
    if not column or words is None:
        raise InvalidArgument(
            f"The sort {column + rest!r} is not of the form column, column.desc or "
            "column.asc.nullslast (asc or desc, then nullsfirst or nullslast)."
        )
    direction, nulls = cast("tuple[Direction | None, Nulls | None]", words.groups())
    return Order(column, direction or "asc", nulls)


def parse_columns(text: str) -> tuple[str, ...]:
    """`a,b,"odd,name"`: the names between the commas, in order."""
    return tuple(_whole_name(name, rest) for name, rest in _items(text, ","))


def _whole_name(name: str, rest: str) -> str:
    if rest or not name:
        raise InvalidArgument(
            f"The columns have {name + rest!r} where a name belongs; they are separated by "
            "commas, and odd names stand in double quotes."
        )
    return name
