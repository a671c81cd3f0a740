"""Report, description and query → the SQL of a run and its binds. The only place that composes it.

    select <output text of each column> from (<report>) as r(c1, …, cn) where … order by … limit …

Columns are addressed by position, so duplicate and odd names keep their place. Arguments and filter
values are text binds, cast in SQL to the type that PostgreSQL found; no value is ever part of the
text. Filters and sorts use the typed `r.cN`; output columns are called `vN`, because `order by c1`
would sort the text if one were called `c1`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.catalog.binds import Binds
from app.catalog.conditions import conditions, output_text, position, sorts
from app.catalog.placeholders import replace_placeholders
from app.catalog.query import Query
from app.catalog.report import Column, Description, Report
from app.catalog.report_sql import without_order
from app.database.values import TypedText
from app.errors import ReportBroken

# numeric, inet and cidr: no fixed width, and never more than 150 kB (PostgreSQL, 8.1.2).
SHORT_OIDS = frozenset({1700, 869, 650})
MOST_VARCHAR = 10_485_760  # characters (PostgreSQL, 8.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """The statement of a run in its forms. All take the same `binds`, all text.

    `columns` are the chosen ones in their order, `places` where the report has them; `values` are
    the binds that are not NULL with the types they are cast to. Every form has the same FROM and
    WHERE, so a transaction sees the same rows in the same order in all that select.
    """

    columns: tuple[Column, ...]
    binds: tuple[str | None, ...]
    values: tuple[TypedText, ...]
    source: str
    counted_source: str
    where: str
    order: str
    limit: str
    places: tuple[int, ...]
    outputs: tuple[str, ...]

    def select(self, cut: int | None = None) -> str:
        """One column of text per chosen column; those of variable width have at most `cut` + 1
        characters, None leaves them whole."""
        columns = (
            f"{_cut(output, cut) if column.variable else output} as v{number}"
            for number, (column, output) in enumerate(self._numbered(), 1)
        )
        return self._rows(", ".join(columns))

    def printed(self, limit_bytes: int) -> str:
        """For COPY, which prints each column itself. Of a row with longer texts than `limit_bytes`
        together, filling comes instead: a byte more than the limit, or a few, divided as the texts'
        sizes are. A single long column is cut after `limit_bytes` + 1 characters.

        OFFSET 0 keeps the inner selects whole, so that each text is made, and measured, once.
        """
        long = [at for at, column in enumerate(self.columns) if _may_be_long(column)]
        texts = [
            output if at in long else f"r.c{place + 1}"
            for at, (output, place) in enumerate(zip(self.outputs, self.places, strict=True))
        ]
        if len(long) <= 1:
            return self._rows(", ".join(_shortened(texts, long, limit_bytes)))
        inner = self._rows(", ".join(f"{text} as v{n}" for n, text in enumerate(texts, 1)))
        total = " + ".join(f"coalesce(octet_length(t.v{at + 1}), 0)::bigint" for at in long)
        values = (
            _filled(f"s.v{at + 1}", limit_bytes) if at in long else f"s.v{at + 1}"
            for at in range(len(texts))
        )
        return _lines(
            f"select {', '.join(values)}",
            f"from (select t.*, {total} as total",
            "from (",
            inner,
            "offset 0) as t offset 0) as s",
        )

    def select_bounded(self, limit_bytes: int) -> str:
        """One text[] per row: '' and the values, or, where they have more than `limit_bytes`
        together, 'too_large' and the bytes of each. Nothing larger leaves PostgreSQL.

        OFFSET 0 keeps the inner select whole, so that each text is made once.
        """
        names = [f"t.v{number}" for number in range(1, len(self.columns) + 1)]
        sizes = [f"octet_length({name})" for name in names]
        total = " + ".join(f"coalesce({size}, 0)::bigint" for size in sizes)
        texts = ", ".join(f"{output} as v{n}" for n, output in enumerate(self.outputs, 1))
        whole, refused = (
            f"array[{', '.join(each)}]::text[]"
            for each in (["''", *names], ["'too_large'", *(f"{size}::text" for size in sizes)])
        )
        guarded = f"case when {total} <= {limit_bytes:d} then {whole} else {refused} end"
        return self._rows(_lines("(select", guarded, f"from (select {texts} offset 0) as t) as v"))

    def raw(self) -> str:
        """The chosen columns as they are: each of its own type, whatever its size."""
        return self.selecting([f"r.c{place + 1}" for place in self.places])

    def selecting(self, expressions: Sequence[str]) -> str:
        """These expressions of every row, over `r.cN`, where N counts the report's columns."""
        return self._rows(", ".join(expressions))

    def count(self) -> str:
        """How many rows there are; the report's own sort is left out where it changes nothing."""
        rows = _lines("select", f"from {self.counted_source}", self.where, self.limit)
        return _lines("select count(*) from (", rows, ") as counted")

    def inlined(self, sql: str, literals: Sequence[str]) -> str:
        """`sql`, one of the forms above, with the n-th literal where `$n` stood: for COPY."""
        return replace_placeholders(sql, lambda number: literals[number - 1])

    @property
    def explainable(self) -> str:
        """What EXPLAIN is to be put in front of: the plan of every form that selects."""
        return self.select()

    def _numbered(self) -> Iterable[tuple[Column, str]]:
        return zip(self.columns, self.outputs, strict=True)

    def _rows(self, columns: str) -> str:
        return _lines(
            f"select {columns}", f"from {self.source}", self.where, self.order, self.limit
        )


def compose(report: Report, description: Description, query: Query) -> Composition:
    """The statement of one run. Raises InvalidArgument for a column, filter or sort that cannot be.

    `report` was described before: that it is one SELECT is known.
    """
    if not description.columns:
        raise ReportBroken("The report has no columns.")
    binds = Binds()
    casts = _parameters(report, description, query, binds)
    names = ", ".join(f"c{number}" for number in range(1, len(description.columns) + 1))
    filters = conditions(description.columns, query, binds)
    chosen = _chosen(description.columns, query.columns)
    return Composition(
        columns=tuple(description.columns[at] for at in chosen),
        binds=tuple(binds.texts),
        values=tuple(binds.values),
        source=_source(report.sql, casts, names),
        counted_source=_source(without_order(report.sql), casts, names),
        where=_clause("where ", " and ".join(filters)),
        order=_clause("order by ", ", ".join(sorts(description.columns, query.order))),
        limit="" if query.limit is None else f"limit {query.limit:d}",
        places=tuple(chosen),
        outputs=tuple(output_text(description.columns[at], f"r.c{at + 1}") for at in chosen),
    )


def _parameters(
    report: Report, description: Description, query: Query, binds: Binds
) -> Sequence[str]:
    described = zip(
        report.parameters, description.parameter_types, description.parameter_casts, strict=True
    )
    return [
        binds.cast(
            f"parameter {parameter.name!r}",
            named=named,
            cast=cast,
            text=query.arguments[parameter.name],
        )
        for parameter, named, cast in described
    ]


def _source(sql: str, casts: Sequence[str], names: str) -> str:
    """On lines of its own, so that a comment at its end ends there."""
    placed = replace_placeholders(sql, lambda number: casts[number - 1])
    return _lines("(", placed, f") as r({names})")


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _clause(keyword: str, text: str) -> str:
    return keyword + text if text else ""


def _cut(output: str, cut: int | None) -> str:
    return output if cut is None else f"left({output}, {cut + 1:d})"


def _may_be_long(column: Column) -> bool:
    return column.variable and column.oid not in SHORT_OIDS


def _shortened(texts: Sequence[str], long: Sequence[int], limit: int) -> Iterable[str]:
    """Unlike `left`, `varchar(n)` looks at a value's bytes before it counts characters."""
    for at, text in enumerate(texts):
        if at in long:
            yield f"({text})::varchar({limit + 1:d})" if limit < MOST_VARCHAR else _cut(text, limit)
        else:
            yield text


def _filled(value: str, limit: int) -> str:
    size = f"ceil(octet_length({value})::float8 * {limit + 1:d} / s.total)::integer"
    return f"case when s.total <= {limit:d} then {value} else repeat('.', {size}) end"


def _chosen(columns: Sequence[Column], names: Sequence[str] | None) -> Sequence[int]:
    return range(len(columns)) if names is None else [position(columns, name) for name in names]
