"""Writes the rows of a query into an SQLite file, as Datasette wants them: `DATABASE_URL`, `QUERY`.

Numbers become numbers; everything else is the text that PostgreSQL prints.
"""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

TABLE = "result"
BATCH_ROWS = 10_000
NUMBERS = {"int2", "int4", "int8", "float4", "float8"}


async def fill(url: str, query: str, file: Path) -> None:
    """A new file with one table of all rows in the query's order."""
    reading = await asyncpg.connect(url)
    try:
        with closing(sqlite3.connect(file)) as writing:
            await copy_rows(reading, query, writing)
            writing.commit()
    finally:
        await reading.close()


async def copy_rows(reading: asyncpg.Connection, query: str, writing: sqlite3.Connection) -> None:
    """The table and its rows."""
    columns = await columns_of(reading, query)
    declared = ", ".join(f"{quoted(name)} {affinity}" for name, affinity in columns)
    writing.execute(f"create table {TABLE} ({declared})")
    insert = f"insert into {TABLE} values ({', '.join('?' * len(columns))})"  # noqa: S608 (ours)
    async with reading.transaction(readonly=True):
        cursor = await reading.cursor(as_texts(query, [name for name, _ in columns]))
        while rows := await cursor.fetch(BATCH_ROWS):
            writing.executemany(insert, rows)


async def columns_of(reading: asyncpg.Connection, query: str) -> list[tuple[str, str]]:
    """Name and SQLite's affinity of each column."""
    prepared: PreparedStatement = await reading.prepare(query)
    return [
        (column.name, "numeric" if column.type.name in NUMBERS else "text")
        for column in prepared.get_attributes()
    ]


def as_texts(query: str, names: Sequence[str]) -> str:
    """The query with every column as PostgreSQL prints it."""
    texts = ", ".join(f"{quoted(name)}::text" for name in names)
    return f"select {texts} from ({query}) as result"  # noqa: S608 (a query of the benchmark's)


def quoted(name: str) -> str:
    """A name as it may stand in SQL."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


if __name__ == "__main__":
    asyncio.run(fill(os.environ["DATABASE_URL"], os.environ["QUERY"], Path(sys.argv[1])))
