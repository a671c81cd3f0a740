"""CSV, JSON and NDJSON as PostgreSQL's COPY prints them: what it is told, what is put around it.

CSV is COPY's own. An object of JSON is made whole by PostgreSQL, by the one rule of
`app.exports.objects`, and printed by a CSV of one column whose quote and delimiter stand in no
JSON: so it arrives as it is, on a line of its own. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import orjson

from app.catalog.report import Column
from app.catalog.statement import Composition
from app.errors import Json
from app.exports.export import CsvOptions
from app.exports.objects import NUMBERS, WHOLE_NUMBERS, distinct_names

PSQL = CsvOptions()
BOM = b"\xef\xbb\xbf"
END_OF_DATA = "\\."  # alone on a line it ends the data for older readers: COPY quotes it
# What spreadsheets take for a formula, or for something before one.
FORMULA_STARTS = "=+-@\t\r"
IN_SQL = "'=', '+', '-', '@', E'\\t', E'\\r'"
NEVER_FORMULAS = NUMBERS | {"money", "boolean"}
# Control characters: in JSON they are escaped, but for the breaks between tokens of a json value.
UNQUOTED = {"format": "csv", "quote": "\x01", "delimiter": "\x02"}
# Printed without quotes, backslashes and control characters: by no more than two marks JSON.
NEVER_ESCAPED = frozenset(
    f"pg_catalog.{name}"
    for name in ("date", '"time"', "timetz", '"timestamp"', "timestamptz", '"interval"', "uuid")
)


class TextForm(Protocol):
    """How rows become a file: `head`, then `rows` of all that COPY sends, then `tail`.

    `copy_options` and `sql` say what COPY is asked for.
    """

    @property
    def copy_options(self) -> Mapping[str, object]:
        """COPY's options, by asyncpg's names."""
        ...

    def sql(self, composition: Composition) -> str:
        """The statement with its `$n`, for `copy_file`."""
        ...

    def head(self) -> bytes:
        """What stands before the first row."""
        ...

    def rows(self, data: bytes) -> bytes:
        """The file's bytes for what COPY sent, cut anywhere."""
        ...

    def tail(self, rows: int) -> bytes:
        """What stands after the last of so many rows."""
        ...


def text_form(
    form: Literal["csv", "json", "ndjson"],
    columns: Sequence[Column],
    *,
    options: CsvOptions = PSQL,
    info: Mapping[str, Json] | None = None,
) -> TextForm:
    """A new file of that format. JSON is an array, or, with `info`, an object that has both."""
    match form:
        case "csv":
            return CsvText(columns, options)
        case "json":
            return JsonText(columns, info)
        case "ndjson":
            return NdjsonText(columns)


class CsvText:
    """RFC 4180 with `\\n`; NULL is empty, the empty string is `""`. By default psql's bytes."""

    def __init__(self, columns: Sequence[Column], options: CsvOptions) -> None:
        self._columns = columns
        self._options = options
        self._begun = False

    @property
    def copy_options(self) -> Mapping[str, object]:
        """The header is ours: COPY does not know the columns' names."""
        return {
            "format": "csv",
            "delimiter": self._options.delimiter,
            "quote": self._options.quote,
        }

    def sql(self, composition: Composition) -> str:
        """The columns as they are; for spreadsheets some are texts that may get a `'`."""
        if not self._options.spreadsheet_safe:
            return composition.raw()
        live = [may_be_formula(column) for column in composition.columns]
        texts = [
            f"{output if guarded else f'r.c{place + 1}'} as v{number}"
            for number, (output, place, guarded) in enumerate(
                zip(composition.outputs, composition.places, live, strict=True), 1
            )
        ]
        values = (
            _disarmed(f"t.v{number}") if guarded else f"t.v{number}"
            for number, guarded in enumerate(live, 1)
        )
        # OFFSET 0 keeps the inner select whole, so that each text is made once.
        inner = composition.selecting(texts)
        return f"select {', '.join(values)}\nfrom (\n{inner}\noffset 0) as t"

    def head(self) -> bytes:
        """The names, if they are wanted."""
        bom = BOM if self._options.bom else b""
        return self._beginning(bom + self._header() if self._options.header else bom)

    def rows(self, data: bytes) -> bytes:
        """As they come."""
        return data if self._begun else self._beginning(data)

    def tail(self, rows: int) -> bytes:
        """Nothing: a CSV file ends with its last record."""
        del rows
        return b""

    def _beginning(self, data: bytes) -> bytes:
        """A spreadsheet takes a BOM for the file's, and what follows it for the first character."""
        self._begun = self._begun or bool(data)
        live = self._options.spreadsheet_safe and not self._options.bom and data.startswith(BOM)
        return b"'" + data if live else data

    def _header(self) -> bytes:
        names = [column.name for column in self._columns]
        if self._options.spreadsheet_safe:
            names = ["'" + name if name[0] in FORMULA_STARTS else name for name in names]
        return csv_record(names, delimiter=self._options.delimiter, quote=self._options.quote)


class NdjsonText:
    """One object on each line."""

    copy_options: Mapping[str, object] = UNQUOTED

    def __init__(self, columns: Sequence[Column]) -> None:
        self._keys = distinct_names([column.name for column in columns])

    def sql(self, composition: Composition) -> str:
        """One text a row."""
        return objects_sql(composition, self._keys)

    def head(self) -> bytes:
        """Nothing stands before the first line."""
        return b""

    def rows(self, data: bytes) -> bytes:
        """As they come."""
        return data

    def tail(self, rows: int) -> bytes:
        """Nothing stands after the last line."""
        del rows
        return b""


class JsonText(NdjsonText):
    """One array of objects, one object on each line."""

    def __init__(self, columns: Sequence[Column], info: Mapping[str, Json] | None) -> None:
        super().__init__(columns)
        self._info = info
        self._before = b"\n"  # what the next byte of a row is to be preceded by

    def head(self) -> bytes:
        """The array begins."""
        if self._info is None:
            return b"["
        return b'{"exportInfo":' + orjson.dumps(self._info) + b',"rows":['

    def rows(self, data: bytes) -> bytes:
        """With commas between them. Only the end of a row can be a line break."""
        if not data:
            return b""
        before, self._before = self._before, b""
        if data.endswith(b"\n"):
            data, self._before = data[:-1], b",\n"
        return before + data.replace(b"\n", b",\n")

    def tail(self, rows: int) -> bytes:
        """The array ends."""
        del rows
        return b"\n]\n" if self._info is None else b"\n]}\n"


def csv_record(values: Sequence[str], *, delimiter: str, quote: str) -> bytes:
    """One record, quoted as COPY quotes it."""
    special = (quote, delimiter, "\n", "\r")
    alone = len(values) == 1 and values[0] == END_OF_DATA
    quoted = (
        quote + value.replace(quote, quote * 2) + quote
        if alone or not value or any(each in value for each in special)
        else value
        for value in values
    )
    return (delimiter.join(quoted) + "\n").encode()


def may_be_formula(column: Column) -> bool:
    """Whether its values are texts to a spreadsheet; numbers may begin with a minus."""
    return column.type not in NEVER_FORMULAS


def objects_sql(composition: Composition, keys: Sequence[str]) -> str:
    """One column with each row's JSON object, as `Objects` writes it.

    `row_to_json` takes twice as long: it asks the catalog about each column of each row.
    """
    parts: list[str] = []
    for number, (key, column) in enumerate(zip(keys, composition.columns, strict=True)):
        before = ("," if number else "{") + orjson.dumps(key).decode() + ":"
        value = json_value(column, composition.outputs[number], composition.places[number])
        parts += [_literal(before), f"coalesce({value}, 'null')"]
    return composition.selecting([_joined([*parts, "'}'"])])


def json_value(column: Column, output: str, place: int) -> str:
    """The text of the value in JSON, where it is not NULL; `output` is what is printed of it."""
    raw = f"r.c{place + 1}"
    if column.type in WHOLE_NUMBERS or column.type in ("boolean", "jsonb"):
        return f"{raw}::text"
    if column.type == "json":  # as it was written, line breaks between its tokens included
        return f"pg_catalog.translate({raw}::text, E'\\n\\r', '  ')"
    if column.type in NUMBERS:
        return f"pg_catalog.to_json({raw})::text"
    if column.cast in NEVER_ESCAPED:
        return f"('\"' || {output} || '\"')"
    return f"pg_catalog.to_json({output})::text"


def _joined(texts: Sequence[str]) -> str:
    """All in a row. By halves: one after the other each would be copied as often as there are."""
    if len(texts) == 1:
        return texts[0]
    middle = len(texts) // 2
    return f"({_joined(texts[:middle])} || {_joined(texts[middle:])})"


def _disarmed(text: str) -> str:
    # "C", since a text of two collations has none to compare by.
    first = f'left({text} collate pg_catalog."C", 1)'
    return f"case when {first} in ({IN_SQL}) then '''' || {text} else {text} end"


def _literal(text: str) -> str:
    """With `standard_conforming_strings`, as every reading session has."""
    return "'" + text.replace("'", "''") + "'"
