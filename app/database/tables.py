"""Which tables and views the schemas have that the operator exposes."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.database.pool import Connection

TABLES = files("app.database").joinpath("tables.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`name` is schema.table, `sql` selects all of it, `description` is its comment."""

    name: str
    sql: str
    title: str
    description: str


async def tables(connection: "Connection", schemas: Sequence[str]) -> list[Table]:
    """Every table and view of the schemas, whether or not this role may read it."""
    return [Table(**dict(row)) for row in await connection.fetch(TABLES, list(schemas))]
