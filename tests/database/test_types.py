"""Every type is printed as psql prints it, by every form of the statement; psql is the oracle."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import asyncpg
import pytest

from app.catalog.describing import describe_report
from app.catalog.query import Query
from app.catalog.report import Description, Report
from app.catalog.statement import Composition, compose
from app.database.session import Session, reading_transaction
from tests.postgres import Cluster
from tests.printing import TYPES, VALUES, XML, differences, psql

SESSION = Session(timeout=30, timezone="UTC", name="types")


def report(values: Sequence[str]) -> Report:
    return Report(name="types", title="Types", sql=f"select {', '.join(values)} -- all")


class Asked(NamedTuple):
    """One report of all values, described and composed on the connection."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    description: Description
    composition: Composition
    printed: list[str | None]


async def ask(cluster: Cluster, url: str, values: Sequence[str]) -> AsyncIterator[Asked]:
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        async with reading_transaction(connection, SESSION):
            asked = report(values)
            description = await describe_report(connection, asked)
            composition = compose(asked, description, Query())
            [printed] = psql(cluster, url, asked.sql)
            yield Asked(connection, description, composition, printed)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def typed_url(shared_database_url: str) -> str:
    return await with_types(shared_database_url)


@pytest.fixture(scope="module")
async def debian_typed_url(debian_database_url: str) -> str:
    return await with_types(debian_database_url)


async def with_types(url: str) -> str:
    connection = await asyncpg.connect(url)
    await connection.execute(TYPES)
    await connection.close()
    return url


@pytest.fixture
async def asked(postgres: Cluster, typed_url: str) -> AsyncIterator[Asked]:
    async for each in ask(postgres, typed_url, VALUES):
        yield each


@pytest.fixture
async def asked_of_debian(debian_postgres: Cluster, debian_typed_url: str) -> AsyncIterator[Asked]:
    """Debian's has libxml, the embedded one has not."""
    async for each in ask(debian_postgres, debian_typed_url, [*VALUES, *XML]):
        yield each


async def test_every_value_is_the_text_that_psql_prints(asked: Asked) -> None:
    [row] = await asked.connection.fetch(asked.composition.select())

    assert differences(VALUES, list(row), asked.printed) == []


async def test_a_bounded_row_has_the_same_texts(asked: Asked) -> None:
    [[row]] = await asked.connection.fetch(asked.composition.select_bounded(1_000_000))

    assert row[0] == ""
    assert differences(VALUES, row[1:], asked.printed) == []


async def test_a_cut_row_has_the_beginning_of_every_text(asked: Asked) -> None:
    [row] = await asked.connection.fetch(asked.composition.select(3))
    cut = [
        text[:4] if text and column.variable else text
        for text, column in zip(asked.printed, asked.description.columns, strict=True)
    ]

    assert differences(VALUES, list(row), cut) == []


async def test_an_older_version_and_xml_are_printed_as_by_psql(asked_of_debian: Asked) -> None:
    [row] = await asked_of_debian.connection.fetch(asked_of_debian.composition.select())

    assert differences([*VALUES, *XML], list(row), asked_of_debian.printed) == []
    assert row[-2] == "<a/>"


async def test_what_is_too_large_is_told_by_its_size_and_stays(asked: Asked) -> None:
    [[row]] = await asked.connection.fetch(asked.composition.select_bounded(10))
    sizes = [None if text is None else str(len(text.encode())) for text in asked.printed]

    assert row == ["too_large", *sizes]


async def test_a_value_of_every_type_finds_itself(asked: Asked) -> None:
    """Its text, cast to the column's type, equals it; where the type has no equality: refused."""
    lost: list[str] = []
    for value, column, text in zip(VALUES, asked.description.columns, asked.printed, strict=True):
        if text is not None and column.equality:
            found = await asked.connection.fetchval(
                f"select ({value}) = (($1::text)::{column.cast})", text
            )
            lost += [] if found else [value]

    assert lost == []
