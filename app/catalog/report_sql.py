"""What the text of a report may be: one SELECT that only reads, and how it reads without its sort.

PostgreSQL's own parser decides (pglast). Whether tables, columns and types exist is asked of the
server when the report is described.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast

from pglast import ast
from pglast.parser import ParseError, parse_sql, scan

from app.catalog.placeholders import placeholders

WRITES = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
REFUSED = (*WRITES, ast.IntoClause, ast.LockingClause)
SEMICOLON = "ASCII_59"
OPENING, CLOSING = ("ASCII_40", "ASCII_91"), ("ASCII_41", "ASCII_93")


class NotOneSelectError(ValueError):
    """The text is not one SELECT that only reads. `position` counts characters from 0."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


def one_select(text: str) -> str:
    """The statement without the semicolon at its end. Raises NotOneSelectError with a sentence."""
    statement = _parsed(text)
    if not isinstance(statement, ast.SelectStmt):
        raise NotOneSelectError(
            "A report is a SELECT (or WITH … SELECT, VALUES, TABLE); this is not."
        )
    for node in _nodes(statement):
        if isinstance(node, REFUSED):
            raise NotOneSelectError(f"A report only reads; {_refusal(node)}.")
    return _without_semicolon(text)


def _parsed(text: str) -> ast.Node:
    try:
        statements = parse_sql(text)
    except ParseError as error:
        message, position = (*error.args, 0)[:2]
        raise NotOneSelectError(
            f"PostgreSQL does not read this: {message}.", int(position or 0)
        ) from error
    if len(statements) != 1:
        found = "none" if not statements else str(len(statements))
        raise NotOneSelectError(f"A report is one statement; this text has {found}.")
    return cast("ast.Node", statements[0].stmt)


def _nodes(root: ast.Node) -> Iterator[ast.Node]:
    """Every node below; on a list of its own, since expressions nest deeper than Python calls."""
    waiting: list[object] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting += cast("tuple[object, ...]", node)
        elif isinstance(node, ast.Node):
            yield node
            waiting += (getattr(node, name) for name in cast("Iterable[str]", node))


def _refusal(node: ast.Node) -> str:
    if isinstance(node, ast.IntoClause):
        return "SELECT INTO would make a table"
    if isinstance(node, ast.LockingClause):
        return "FOR UPDATE and FOR SHARE would lock rows"
    return "this one has a part that writes"


def _without_semicolon(text: str) -> str:
    """What follows the semicolon can only be comments and more semicolons."""
    ends = [token.start for token in scan(text) if token.name == SEMICOLON]
    return text[: ends[0]].rstrip() if ends else text.rstrip()


@lru_cache(maxsize=256)  # a run asks several times, and parsing costs more than all else here
def without_order(sql: str) -> str:
    """`sql` without an ORDER BY at its end that cannot change how many rows there are.

    PostgreSQL would sort for a count too. A sort stays where it decides which rows come (LIMIT,
    DISTINCT ON), where it may multiply them (a function of sets), or holds a placeholder.
    """
    statement = _parsed(sql)
    if not isinstance(statement, ast.SelectStmt) or not _idle_sort(statement):
        return sql
    at = _last_order(sql)
    return sql if any(each.start > at for each in placeholders(sql)) else sql[:at].rstrip()


def _idle_sort(statement: ast.SelectStmt) -> bool:
    keys = cast("tuple[ast.SortBy, ...]", statement.sortClause or ())
    decides = statement.limitCount or statement.limitOffset or statement.distinctClause
    plain = all(isinstance(key.node, (ast.ColumnRef, ast.A_Const)) for key in keys)
    return bool(keys) and not decides and plain


def _last_order(sql: str) -> int:
    """Where the last ORDER outside of all brackets stands."""
    depth, found = 0, len(sql)
    for token in scan(sql):
        depth += (token.name in OPENING) - (token.name in CLOSING)
        if token.name == "ORDER" and depth == 0:
            found = token.start
    return found
