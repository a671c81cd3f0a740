"""Asks PostgreSQL what a statement takes and gives, by preparing it; nothing of it is executed."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files

from asyncpg import Connection, Record

FIRST_OWN_OID = 16_384  # PostgreSQL's FirstNormalObjectId: below it everything is built in
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


# Built-in types by oid: those have the same oid and the same functions as long as a server runs.
KnownTypes = dict[int, Type]


@dataclass(frozen=True, slots=True)
class Described:
    """The types of `$1…$n`, and the names and types of the columns, in their order."""

    parameters: tuple[Type, ...]
    columns: tuple[tuple[str, Type], ...]


async def describe(
    connection: "Connection[Record]", sql: str, known: KnownTypes | None = None
) -> Described:
    """Prepare `sql` and say what it takes and gives, in a read-only transaction.

    In a transaction of the caller's it stays in that one. Raises what asyncpg raises: a
    PostgresError knows the `position` in `sql`. `known` has the built-in types that this server
    was asked for before, and is added to.
    """
    async with _reading(connection):
        statement = await connection.prepare(sql)
        await asyncio.sleep(0)  # each step takes milliseconds where there are 1,600 columns
        taken = [each.oid for each in statement.get_parameters()]
        given = [(each.name, each.type.oid) for each in statement.get_attributes()]
        await asyncio.sleep(0)
        types = await _types(
            connection, {*taken, *(oid for _, oid in given)}, {} if known is None else known
        )
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


async def _types(
    connection: "Connection[Record]", oids: set[int], known: KnownTypes
) -> dict[int, Type]:
    unknown = sorted(oids - known.keys())
    rows: Sequence[Record] = await connection.fetch(TYPES, unknown) if unknown else []
    asked = {row["oid"]: Type(**dict(row)) for row in rows}
    known.update({oid: each for oid, each in asked.items() if oid < FIRST_OWN_OID})
    return {oid: known.get(oid) or asked[oid] for oid in oids}
