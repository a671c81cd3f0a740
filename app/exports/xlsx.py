"""XLSX in constant memory: rows are cells of XML, deflated as they come; nothing is kept.

Written here rather than by a library: whole columns become cells inside Arrow, which is many times
faster than a call for each cell, and a type's rule says what a cell is, never how its text looks.
Past the last row that a sheet has a further one begins, with the header again.
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from app.errors import TooLarge
from app.exports.cells import MOST_CHARACTERS, Column, Pieces, TooLong, joined
from app.exports.typed import Columns, PgType, TableFile, Texts
from app.exports.workbook import (
    HEADING,
    SHEET_END,
    Styles,
    letters,
    parts,
    sheet_name,
    sheet_path,
    sheet_start,
)
from app.exports.zip_file import EntryFile, ZipFile

MOST_ROWS = 1_048_576  # of a sheet, its header included
# A sheet's XML must stay below 4 GiB (ZIP without ZIP64); a block of rows is far below the rest.
MOST_SHEET_BYTES = 3 << 30
WIDTHS = {"date": 11, "timestamp without time zone": 20, "timestamp with time zone": 23}
NARROWEST, WIDEST = 10, 40


def xlsx_file(path: Path, columns: Columns, *, title: str) -> TableFile:
    """A new workbook at `path` for columns given as (name, type); the first sheet has the title.

    `app.exports.cells` says what becomes of a value. A text of more than 32,767 characters does not
    fit into a cell: `write` raises TooLarge, naming column and row.
    """
    return TableFile(Workbook(path, columns, title), columns)


class Workbook:
    """A workbook that is being written, row after row."""

    def __init__(self, path: Path, columns: Columns, title: str) -> None:
        self._names = [name for name, _ in columns]
        self._title = title
        self._styles = Styles()
        self._columns = [
            Column(letters(number), PgType.of(type_), self._styles.of)
            for number, (_, type_) in enumerate(columns, 1)
        ]
        self._start = sheet_start([_width(name, type_) for name, type_ in columns])
        self._sheets: list[str] = []
        self._rows = 0
        self._file = path.open("wb")
        self._zip = ZipFile(self._file)
        self._entry = self._begin_sheet()

    def add(self, texts: Texts) -> None:
        """Take the next rows. Raises TooLarge."""
        taken, rows = 0, len(texts[0])
        while taken < rows:
            if self._next_row > MOST_ROWS or self._entry.size > MOST_SHEET_BYTES:
                self._end_sheet()
                self._entry = self._begin_sheet()
            fitting = min(rows - taken, MOST_ROWS + 1 - self._next_row)
            self._write([each.slice(taken, fitting) for each in texts])
            taken += fitting

    def finish(self) -> None:
        """End the sheet and write the rest of the package."""
        self._end_sheet()
        for path, part in parts(self._sheets, self._styles).items():
            self._zip.put(path, part)
        self._zip.finish()
        self._file.close()

    def abandon(self) -> None:
        """Close the file, if it is open, as it is."""
        with suppress(OSError):  # a full disk has no room for what is buffered either
            self._file.close()

    def _begin_sheet(self) -> EntryFile:
        self._sheets.append(sheet_name(self._title, len(self._sheets) + 1))
        entry = self._zip.begin(sheet_path(len(self._sheets)))
        entry.write(self._start)
        one = pa.array(["1"])
        cells = [
            column.texts(pa.array([name]), one, f' s="{HEADING}"')
            for column, name in zip(self._columns, self._names, strict=True)
        ]
        entry.write(_row_xml(one, cells))
        self._next_row = 2
        return entry

    def _end_sheet(self) -> None:
        self._entry.write(SHEET_END)
        self._zip.end(self._entry)

    def _write(self, texts: Texts) -> None:
        count = len(texts[0])
        rows = pc.cast(pa.array(range(self._next_row, self._next_row + count)), pa.string())
        cells = [self._cells(number, values, rows) for number, values in enumerate(texts)]
        self._entry.write(_row_xml(rows, cells))
        self._next_row += count
        self._rows += count

    def _cells(self, number: int, values: pa.StringArray, rows: pa.StringArray) -> Pieces:
        try:
            return self._columns[number].cells(values, rows)
        except TooLong as error:
            raise TooLarge(
                f"The column {self._names[number]!r} has a text of {error.characters:,} characters "
                f"in row {self._rows + error.index + 1:,}; a cell of a workbook holds "
                f"{MOST_CHARACTERS:,}. Leave the column out, or choose another format."
            ) from None


def _row_xml(rows: pa.StringArray, cells: Sequence[Pieces]) -> memoryview:
    """The rows with these numbers. Null cells are left out."""
    written = joined(['<row r="', rows, '">', *chain.from_iterable(cells), "</row>"], "replace")
    size = pc.sum(pc.binary_length(written)).as_py()
    return memoryview(written.buffers()[2])[:size]


def _width(name: str, type_: str) -> int:
    wanted = max(WIDTHS.get(PgType.of(type_).name, NARROWEST), len(name) + 2)
    return min(wanted, WIDEST)
