"""Values read back from typed files, held against the text that psql prints for them."""

import csv
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isnan
from typing import Any, cast

import asyncpg

from app.exports.typed import COPY_OPTIONS, TableFile


async def copy_into(
    file: TableFile, connection: "asyncpg.Connection[asyncpg.Record]", sql: str
) -> int:
    """Write the rows of this statement; returns their number."""
    rows = 0

    async def take(data: bytes) -> None:
        nonlocal rows
        rows += file.write(data)

    try:
        options = cast("dict[str, Any]", COPY_OPTIONS)
        await connection.copy_from_query(sql, output=take, **options)
        return rows + file.close()
    finally:
        file.abandon()


def different(read: Sequence[Sequence[Any]], printed: Sequence[Sequence[str | None]]) -> list[str]:
    """The values that are not what was printed, and where."""
    assert len(read) == len(printed)
    return [
        f"row {row + 1}, value {column + 1}: {value!r}, psql prints {text!r}"
        for row, (values, texts) in enumerate(zip(read, printed, strict=True))
        for column, (value, text) in enumerate(zip(values, texts, strict=True))
        if not is_same(value, text)
    ]


def is_same(value: object, printed: str | None) -> bool:
    """Whether a value read back is the one that was printed so."""
    if value is None or printed is None:
        return value is printed
    return SAME[type(value)](value, printed)


def _same_float(value: float, printed: str) -> bool:
    """A real comes back as the double that is nearest to it."""
    expected = float(printed)
    real: float = struct.unpack("f", struct.pack("f", expected))[0]
    return value in (expected, real) or (isnan(value) and isnan(expected))


def _same_date(value: date, printed: str) -> bool:
    """A workbook's midnight is read as a date."""
    return printed.removesuffix("+00").removesuffix(" 00:00:00") == value.isoformat()


def _same_moment(value: datetime, printed: str) -> bool:
    expected = datetime.fromisoformat(printed)
    in_utc = expected.astimezone(UTC) if expected.tzinfo else expected
    return in_utc.replace(tzinfo=None) == value


def _same_list(values: list[object], printed: str) -> bool:
    lines = csv.reader([printed[1:-1]], doublequote=False, escapechar="\\")
    elements = [None if each == "NULL" else each for line in lines for each in line]
    return len(values) == len(elements) and all(map(is_same, values, elements))


SAME: dict[type, Callable[[Any, str], bool]] = {
    str: lambda value, printed: value == printed,
    bool: lambda value, printed: printed == ("t" if value else "f"),
    int: lambda value, printed: str(value) == printed,
    float: _same_float,
    Decimal: lambda value, printed: format(value, "f") == printed,
    bytes: lambda value, printed: printed == "\\x" + value.hex(),
    date: _same_date,
    time: lambda value, printed: value == time.fromisoformat(printed),
    datetime: _same_moment,
    list: _same_list,
}
