"""The typed formats by name. What is heavy and needed for one alone is imported when asked for."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.catalog.report import Column
from app.exports.export import Format

if TYPE_CHECKING:
    from app.exports.typed import TableFile


class TableForm(Protocol):
    """What begins a file of one format."""

    def __call__(
        self, path: Path, columns: Sequence[Column], *, title: str, text_columns: Collection[int]
    ) -> "TableFile":
        """A new file at `path`; `text_columns` are text whatever their type."""
        ...


def table_form(form: Format) -> TableForm:
    """Of xlsx or parquet. The first time it takes a while: for a thread, where there is a loop."""
    return _workbook() if form == "xlsx" else _parquet()


def _workbook() -> TableForm:
    from app.exports.xlsx import xlsx_file  # noqa: PLC0415

    def begin(
        path: Path, columns: Sequence[Column], *, title: str, text_columns: Collection[int]
    ) -> "TableFile":
        del text_columns  # every value of any type has a cell
        return xlsx_file(path, named(columns), title=title)

    return begin


def _parquet() -> TableForm:
    from app.exports.parquet import parquet_file  # noqa: PLC0415

    def begin(
        path: Path, columns: Sequence[Column], *, title: str, text_columns: Collection[int]
    ) -> "TableFile":
        del title
        return parquet_file(path, named(columns), text_columns=text_columns)

    return begin


def named(columns: Sequence[Column]) -> list[tuple[str, str]]:
    """Their names and types."""
    return [(each.name, each.type) for each in columns]
