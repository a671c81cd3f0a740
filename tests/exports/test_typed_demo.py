"""Every demo table as a workbook and as Parquet has the rows that psql gives."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from python_calamine import CalamineWorkbook

from app.catalog.describing import describe_report
from app.catalog.report import Report
from app.database.session import Session, reading_transaction
from app.errors import TooLarge
from app.exports.parquet import parquet_file
from app.exports.typed import Columns
from app.exports.xlsx import xlsx_file
from tests.parquet_reader import parquet_reader
from tests.postgres import Cluster
from tests.printing import psql
from tests.typed_values import copy_into, different

SESSION = Session(timeout=60, timezone="UTC", name="typed")
TABLES = [
    "airlines", "airports", "planes", "weather", "flights", "users", "projects", "tasks",
    "transactions", "locations", "nothing", "company",
]  # fmt: skip
MOST_ROWS = 20_000  # of the large ones: reading them back takes the time


@pytest.fixture(scope="module")
async def connection(
    demo_url: str,
) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    connection = await asyncpg.connect(demo_url, statement_cache_size=0)
    try:
        async with reading_transaction(connection, SESSION):
            yield connection
    finally:
        await connection.close()


async def columns_of(connection: "asyncpg.Connection[asyncpg.Record]", sql: str) -> Columns:
    described = await describe_report(connection, Report(name="demo", title="Demo", sql=sql))
    return [(each.name, each.type) for each in described.columns]


@pytest.mark.parametrize("table", TABLES)
async def test_a_workbook_of_a_table_has_its_rows(
    connection: "asyncpg.Connection[asyncpg.Record]",
    postgres: Cluster,
    demo_url: str,
    tmp_path: Path,
    table: str,
) -> None:
    sql = f"select * from demo.{table} order by 1 limit {MOST_ROWS}"
    columns = await columns_of(connection, sql)
    path = tmp_path / "table.xlsx"
    rows = await copy_into(xlsx_file(path, columns, title=table), connection, sql)

    header, *read = sheet(path)
    assert header == [name for name, _ in columns]
    printed = psql(postgres, demo_url, sql) if rows else []
    assert different(read, printed) == []


def sheet(path: Path) -> list[list[Any]]:
    """The rows of the first sheet; what is empty is None."""
    with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
        rows = book.get_sheet_by_index(0).to_python()
    return [[None if value == "" else value for value in row] for row in rows]


@pytest.mark.parametrize("table", [*TABLES, "difficult"])
async def test_parquet_of_a_table_has_its_rows(
    connection: "asyncpg.Connection[asyncpg.Record]",
    postgres: Cluster,
    demo_url: str,
    tmp_path: Path,
    table: str,
) -> None:
    sql = f"select * from demo.{table} order by 1 limit {MOST_ROWS}"
    columns = await columns_of(connection, sql)
    path = tmp_path / "table.parquet"
    rows = await copy_into(parquet_file(path, columns), connection, sql)

    with parquet_reader() as reader:
        read = reader.rows(path)
    assert different(read, psql(postgres, demo_url, sql) if rows else []) == []


async def test_a_text_that_no_cell_holds_is_named(
    connection: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path
) -> None:
    sql = "select * from demo.difficult order by id"
    columns = await columns_of(connection, sql)
    file = xlsx_file(tmp_path / "table.xlsx", columns, title="difficult")

    with pytest.raises(TooLarge, match="The column 'value' has a text of 59,997 characters"):
        await copy_into(file, connection, sql)
