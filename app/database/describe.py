"""Asks PostgreSQL what a statement takes and gives, by preparing it; nothing of it is executed."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files

from asyncpg import Connection, Record

TYPES = files("app.database").joinpath("describe.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A type as PostgreSQL's catalog has it; `describe.sql` says what each field means."""

    oid: int
    name: str
    cast: str
    output: str | None
    variable: bool
    equality: bool
    ordering: bool
    textual: bool


@dataclass(frozen=True, slots=True)
class Described:
    """The types of `$1…$n`, and the names and types of the columns, in their order."""

    parameters: tuple[Type, ...]
    columns: tuple[tuple[str, Type], ...]


async def describe(connection: "Connection[Record]", sql: str) -> Described:
    """Prepare `sql` and say what it takes and gives, in a read-only transaction.

    In a transaction of the caller's it stays in that one. Raises what asyncpg raises: a
    PostgresError knows the `position` in `sql`.
    """
    async with _reading(connection):
        statement = await connection.prepare(sql)
        taken = [each.oid for each in statement.get_parameters()]
        given = [(each.name, each.type.oid) for each in statement.get_attributes()]
        types = await _types(connection, {*taken, *(oid for _, oid in given)})
    return Described(
        parameters=tuple(types[oid] for oid in taken),
        columns=tuple((name, types[oid]) for name, oid in given),
    )


@asynccontextmanager
async def _reading(connection: "Connection[Record]") -> AsyncGenerator[None]:
    if connection.is_in_transaction():
        yield
        return
    async with connection.transaction(readonly=True):
        yield


async def _types(connection: "Connection[Record]", oids: set[int]) -> dict[int, Type]:
    rows: Sequence[Record] = await connection.fetch(TYPES, sorted(oids))
    return {row["oid"]: Type(**dict(row)) for row in rows}
