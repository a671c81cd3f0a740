"""Values of every type, through COPY into typed files, read back and held against psql."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import openpyxl
import pytest

from app.catalog.describing import describe_report
from app.catalog.report import Report
from app.database.session import Session, reading_transaction
from app.exports.parquet import parquet_file
from app.exports.typed import TableFile
from app.exports.xlsx import xlsx_file
from tests.parquet_reader import parquet_reader
from tests.postgres import Cluster
from tests.printing import TYPES, VALUES, differences, psql
from tests.typed_values import SAME, copy_into, different

ZONE = "Europe/Berlin"
SESSION = Session(timeout=30, timezone=ZONE, name="typed")
MOMENTS = [
    "timestamptz '2013-10-27 00:30+00'",
    "timestamptz '2013-10-27 01:30+00'",
    "timestamptz '1880-01-01 00:00+00'",
    "timestamp '2013-01-01 00:00:00.123456'",
    "date '1900-03-01'",
    "date '2013-06-01'",
    "12.50::numeric(10,2)",
    "'{12.50,null}'::numeric(10,2)[]",
    "array[timestamptz '2013-06-01', null]",
]
ALL = [*VALUES, *MOMENTS]
ESCAPE = re.compile("_x([0-9A-F]{4})_")


class Source(NamedTuple):
    """One row of all values: how it is read, and what psql prints."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    sql: str
    columns: Sequence[tuple[str, str]]
    printed: list[str | None]

    async def into(self, file: TableFile) -> None:
        await copy_into(file, self.connection, self.sql)


@pytest.fixture
async def source(postgres: Cluster, database_url: str) -> AsyncIterator[Source]:
    connection = await asyncpg.connect(database_url, statement_cache_size=0)
    try:
        await connection.execute(TYPES)
        sql = f"select {', '.join(ALL)}"
        async with reading_transaction(connection, SESSION):
            description = await describe_report(
                connection, Report(name="types", title="Types", sql=sql)
            )
            columns = [(each.name, each.type) for each in description.columns]
            [printed] = psql(postgres, database_url, sql, timezone=ZONE)
            yield Source(connection, sql, columns, printed)
    finally:
        await connection.close()


async def test_every_value_in_a_workbook_is_what_psql_prints(
    source: Source, tmp_path: Path
) -> None:
    path = tmp_path / "types.xlsx"
    await source.into(xlsx_file(path, source.columns, title="Types"))
    row: tuple[Any, ...] = openpyxl.load_workbook(path).worksheets[0][2]

    shown = [_shown(cell, text) for cell, text in zip(row, source.printed, strict=True)]
    assert differences(ALL, shown, source.printed) == []
    assert {cell.data_type for cell in row} == {"s", "n", "b", "d"}


async def test_every_value_in_parquet_is_what_psql_prints(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "types.parquet"
    await source.into(parquet_file(path, source.columns))
    with parquet_reader() as reader:
        [row] = reader.rows(path)

    assert different([row], [source.printed]) == []
    assert {type(read) for read in row} >= {*SAME, type(None)}


def _shown(cell: Any, printed: str | None) -> str | None:  # noqa: ANN401 (whatever a cell is)
    """What the cell shows, as PostgreSQL would print it."""
    value: Any = cell.value
    match cell.data_type:
        case "b":
            return "t" if value else "f"
        case "n" if value is not None:
            return printed if float(printed or "nan") == value else repr(value)
        case "d" if isinstance(value, datetime):
            return _shown_moment(value, cell.number_format, printed or "")
        case _:
            return value and ESCAPE.sub(lambda found: chr(int(found[1], 16)), value)


def _shown_moment(value: datetime, number_format: str, printed: str) -> str:
    """openpyxl reads milliseconds; the digits behind them are not compared."""
    if number_format == "yyyy-mm-dd":
        return value.date().isoformat()
    has_fraction = ".000" in number_format
    shown = value.isoformat(" ", "milliseconds" if has_fraction else "seconds")
    if has_fraction and printed.startswith(shown):
        return printed
    return shown + number_format.partition('"')[2].removesuffix('"')
