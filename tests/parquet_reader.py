"""Reads Parquet with DuckDB, a library that did not write it."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

INSTANT = "TIMESTAMP WITH TIME ZONE"


class ParquetReader:
    """One DuckDB, for any number of files."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, path: Path) -> list[tuple[Any, ...]]:
        """All rows as Python's values; an instant is the date and time it has in UTC."""
        chosen = (_chosen(number, type_) for number, type_ in enumerate(self.types(path), 1))
        return self._fetch(f"select {', '.join(chosen)} from read_parquet(?)", path)

    def types(self, path: Path) -> list[str]:
        """The type of each column, as DuckDB calls it."""
        return [row[1] for row in self._fetch("describe select * from read_parquet(?)", path)]

    def _fetch(self, query: str, path: Path) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, [str(path)]).fetchall()


@contextmanager
def parquet_reader() -> Generator[ParquetReader]:
    with duckdb.connect() as connection:
        yield ParquetReader(connection)


def _chosen(number: int, type_: str) -> str:
    """Without the libraries that DuckDB would ask for to hand over an instant."""
    match type_.removeprefix(INSTANT):
        case "":
            return f"make_timestamp(epoch_us(#{number}))"
        case "[]":
            return f"list_transform(#{number}, lambda each: make_timestamp(epoch_us(each)))"
        case _:
            return f"#{number}"
