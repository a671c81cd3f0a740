"""Values of every type, through COPY into typed files, read back and held against psql."""

import csv
import re
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isnan
from pathlib import Path
from typing import Any, NamedTuple, cast

import asyncpg
import openpyxl
import pytest

from app.catalog.describing import describe_report
from app.catalog.report import Report
from app.database.session import Session, reading_transaction
from app.exports.parquet import parquet_file
from app.exports.typed import COPY_OPTIONS, TableFile
from app.exports.xlsx import xlsx_file
from tests.parquet_reader import parquet_reader
from tests.postgres import Cluster
from tests.printing import TYPES, VALUES, differences, psql

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
        async def take(data: bytes) -> None:
            file.write(data)

        await self.connection.copy_from_query(
            self.sql, output=take, **cast("dict[str, Any]", COPY_OPTIONS)
        )
        file.close()


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

    assert [
        f"{value}: {read!r}, psql prints {text!r}"
        for value, read, text in zip(ALL, row, source.printed, strict=True)
        if not _is_same(read, text)
    ] == []
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


def _is_same(value: object, printed: str | None) -> bool:
    if value is None or printed is None:
        return value is printed
    return SAME[type(value)](value, printed)


def _same_float(value: float, printed: str) -> bool:
    """A real comes back as the double that is nearest to it."""
    expected = float(printed)
    real: float = struct.unpack("f", struct.pack("f", expected))[0]
    return value in (expected, real) or (isnan(value) and isnan(expected))


def _same_moment(value: datetime, printed: str) -> bool:
    expected = datetime.fromisoformat(printed)
    in_utc = expected.astimezone(UTC) if expected.tzinfo else expected
    return in_utc.replace(tzinfo=None) == value


def _same_list(values: list[object], printed: str) -> bool:
    lines = csv.reader([printed[1:-1]], doublequote=False, escapechar="\\")
    elements = [None if each == "NULL" else each for line in lines for each in line]
    return len(values) == len(elements) and all(map(_is_same, values, elements))


SAME: dict[type, Callable[[Any, str], bool]] = {
    str: lambda value, printed: value == printed,
    bool: lambda value, printed: printed == ("t" if value else "f"),
    int: lambda value, printed: str(value) == printed,
    float: _same_float,
    Decimal: lambda value, printed: format(value, "f") == printed,
    bytes: lambda value, printed: printed == "\\x" + value.hex(),
    date: lambda value, printed: value.isoformat() == printed,
    time: lambda value, printed: value == time.fromisoformat(printed),
    datetime: _same_moment,
    list: _same_list,
}
