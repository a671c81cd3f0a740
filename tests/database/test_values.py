"""Values are parsed by PostgreSQL before they are used; what it says of them is passed on."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.database.values import TypedText, check_values
from app.errors import InvalidArgument


@pytest.fixture(scope="module")
async def typed_url(shared_database_url: str) -> str:
    made = await asyncpg.connect(shared_database_url)
    await made.execute(
        "create type mood as enum ('sad', 'ok'); create domain small as integer check (value < 9)"
    )
    await made.close()
    return shared_database_url


@pytest.fixture
async def connection(typed_url: str) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    made = await asyncpg.connect(typed_url, statement_cache_size=0)
    yield made
    await made.close()


def typed(type_: str, text: str) -> TypedText:
    cast = type_ if "." in type_ else f"pg_catalog.{type_}"
    return TypedText("parameter 'since'", type_, cast, text)


GOOD = [
    ("int4", " 5 "),
    ("date", "infinity"),
    ("date", "0044-03-15 BC"),
    ("timestamptz", "2013-01-01 00:00+01"),
    ("bool", "yes"),
    ("numeric", "1e400"),
    ("_text", "{a,b}"),
    ("bpchar", "a rather long text"),
    ('"bit"', "10101"),
    ("jsonb", "{}"),
    ("text", "'; drop table x; -- $1"),
    ("public.mood", "ok"),
    ("public.small", "8"),
    ("regclass", "pg_class"),
    # Left to the server that has the type, the kind of input.
    ("public.nosuch", "x"),
    ("record", "(1)"),
]
BAD = [
    ("int4", "x", "'x' is not one (invalid input syntax for type integer)"),
    ("int4", "", "'' is not one (invalid input syntax for type integer)"),
    ("int4", "99999999999", "(value is out of range for type integer)"),
    ("date", "2013-02-30", "(date/time field value out of range)"),
    ("bool", "maybe", "(invalid input syntax for type boolean)"),
    ("jsonb", "{", "(invalid input syntax for type json)"),
    ("uuid", "x" * 1000, f"'{'x' * 100}…' is not one (invalid input syntax for type uuid)"),
    ("public.mood", "fine", "(invalid input value for enum mood)"),
    ("public.small", "9", "violates check constraint"),
    ("tsvector", "'", "(syntax error in tsvector)"),
    ("tsquery", "a &", "(no operand in tsquery)"),
    ("jsonb", "[" * 50_000, "(stack depth limit exceeded)"),
    ("regclass", "nosuch", "(relation does not exist)"),
    ("regproc", "nosuch", "(function does not exist)"),
]


@pytest.mark.parametrize(("type_", "text"), GOOD)
async def test_a_value_that_parses_is_taken(
    connection: "asyncpg.Connection[asyncpg.Record]", type_: str, text: str
) -> None:
    await check_values(connection, [typed(type_, text)])

    assert await connection.fetchval("select true")


@pytest.mark.parametrize(("type_", "text", "reason"), BAD)
async def test_a_value_that_does_not_parse_is_named_with_its_type(
    connection: "asyncpg.Connection[asyncpg.Record]", type_: str, text: str, reason: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await check_values(connection, [typed("int4", "1"), typed(type_, text)])

    assert caught.value.detail.startswith(f"The parameter 'since' takes a value of type {type_}; ")
    assert reason in caught.value.detail


async def test_the_postgresql_detail_stays_here(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await check_values(connection, [typed("_int4", "{1,")])

    assert "Unexpected" not in caught.value.detail


async def test_a_transaction_of_the_callers_goes_on(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        with pytest.raises(InvalidArgument):
            await check_values(connection, [typed("int4", "x")])

        assert await connection.fetchval("select 1") == 1


async def test_nothing_to_check_asks_nothing(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    await connection.close()

    await check_values(connection, [])


async def test_a_lost_connection_is_not_the_values_fault(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    await connection.close()

    with pytest.raises(asyncpg.InterfaceError):
        await check_values(connection, [typed("int4", "1")])


@pytest.mark.parametrize(
    ("type_", "everywhere"), [("int4", True), ("regclass", False), ("public.mood", False)]
)
def test_names_in_a_catalog_are_left_to_the_server_whose_it_is(
    type_: str, *, everywhere: bool
) -> None:
    assert typed(type_, "x").built_in is everywhere
