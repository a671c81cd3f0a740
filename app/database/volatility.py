"""What functions a statement calls. With volatile ones it cannot be opened twice, nor counted
beside; of those that somebody wrote in SQL or a procedural language the planner does not know how
long they take.

Asked of the text and of the views below it. The plan would tell too, but `explain (verbose)` prints
constants in full: `repeat('x', 200000000)` would be 200 MB of plan.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from pglast import ast, parse_sql
from pglast.visitors import Visitor

if TYPE_CHECKING:
    from app.database.pool import Connection

# Views that the named relations are, and those below them.
VIEWS = """
with recursive seen(oid) as (
    select pg_catalog.to_regclass(name)::oid from unnest($1::text[]) as given(name)
    union
    select d.refobjid
    from seen
    join pg_catalog.pg_rewrite w on w.ev_class = seen.oid
    join pg_catalog.pg_depend d
        on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
        and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
)
select pg_catalog.pg_get_viewdef(c.oid)
from seen join pg_catalog.pg_class c using (oid)
where c.relkind = 'v'
"""
CALLED = """
select
    coalesce(bool_or(p.provolatile = 'v'), false),
    coalesce(bool_or(
        l.lanname not in ('internal', 'c')
        and p.pronamespace <> 'pg_catalog'::pg_catalog.regnamespace
    ), false)
from pg_catalog.pg_proc p join pg_catalog.pg_language l on l.oid = p.prolang
where p.proname = any($1::text[])
"""


@dataclass(frozen=True, slots=True)
class Calls:
    """Whether a statement calls volatile functions, and whether any whose cost nobody knows."""

    volatile: bool
    written: bool


class _Names(Visitor):
    """The functions that a statement calls, and the relations that it names."""

    def __init__(self) -> None:
        super().__init__()
        self.functions: set[str] = set()
        self.relations: set[str] = set()
        self.samples = False

    # pglast calls these by the names of its nodes.
    def visit_FuncCall(self, _: object, node: ast.FuncCall) -> None:  # noqa: N802
        names = cast("Sequence[ast.String]", node.funcname)
        self.functions.add(str(names[-1].sval))

    def visit_RangeVar(self, _: object, node: ast.RangeVar) -> None:  # noqa: N802
        parts = (part for part in (node.schemaname, node.relname) if part)
        self.relations.add(".".join('"' + part.replace('"', '""') + '"' for part in parts))

    def visit_RangeTableSample(self, _: object, node: ast.RangeTableSample) -> None:  # noqa: N802
        self.samples = self.samples or node.repeatable is None


async def calls_of(connection: "Connection", sql: str) -> Calls:
    """By the names of the functions that are called here, or in a view below.

    A sample of a table without a seed has other rows each time, as if by a volatile function.
    """
    names = _named([sql])
    views = await connection.fetch(VIEWS, sorted(names.relations)) if names.relations else []
    below = _named(view[0] for view in views)
    functions = names.functions | below.functions
    volatile, written = False, False
    if functions:
        [(volatile, written)] = await connection.fetch(CALLED, sorted(functions))
    return Calls(volatile or names.samples or below.samples, written)


def _named(statements: Iterable[str]) -> _Names:
    names = _Names()
    for statement in statements:
        names(parse_sql(statement))
    return names
