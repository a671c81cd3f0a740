"""A workbook holds what was printed, read back with other libraries; text is nothing but text."""

import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st
from python_calamine import CalamineWorkbook

from app.errors import TooLarge
from app.exports.cells import Column, joined
from app.exports.formats import csv_lines
from app.exports.typed import PgType
from app.exports.workbook import letters, sheet_name
from app.exports.xlsx import MOST_ROWS, xlsx_file

Row = Sequence[str | None]
ESCAPE = re.compile("_x([0-9A-F]{4})_")
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def workbook(
    folder: Path, columns: Sequence[tuple[str, str]], rows: Sequence[Row], title: str = "Rows"
) -> Path:
    path = folder / "rows.xlsx"
    file = xlsx_file(path, columns, title=title)
    file.write(csv_lines(rows))
    file.close()
    return path


def cells(path: Path) -> list[list[Any]]:
    """All cells below the header."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [list(row) for row in sheet.iter_rows(min_row=2)]


def calamine(path: Path) -> list[tuple[str, Any]]:
    """The sheets by name, by a second library."""
    with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
        return [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]


def column(folder: Path, type_: str, *texts: str | None) -> list[Any]:
    rows = cells(workbook(folder, [("c", type_)], [(text,) for text in texts]))
    return [row[0] for row in rows]


def texts_of(path: Path) -> list[str | None]:
    """The text of each inline string, unescaped as a spreadsheet does."""
    with zipfile.ZipFile(path) as package:
        sheet = ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml"))  # noqa: S314 (ours)
    texts = (each.text or "" for each in sheet.iter(f"{NAMESPACE}t"))
    return [ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) for text in texts]


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("smallint", "-32768", -32768),
        ("integer", "2147483647", 2147483647),
        ("bigint", "999999999999999", 10**15 - 1),
        ("bigint", "-999999999999999", 1 - 10**15),
        ("real", "0.1", 0.1),
        ("double precision", "0.30000000000000004", 0.1 + 0.2),
        ("double precision", "1e+22", 1e22),
        ("double precision", "0", 0),
        ("numeric", "1.10", 1.1),
        ("numeric", "123456789012345", 123456789012345),
        ("numeric", "-0.123456789012345", -0.123456789012345),
        ("numeric", "100000000000000000000", 1e20),
        ("numeric", "1.10000000000000000000", 1.1),
        ("numeric(10,2)", "12.50", 12.5),
    ],
)
def test_numbers_are_numbers(tmp_path: Path, type_: str, text: str, value: float) -> None:
    [cell] = column(tmp_path, type_, text)

    assert (cell.data_type, cell.value) == ("n", value)


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("bigint", "1000000000000000"),
        ("bigint", "9007199254740993"),
        ("bigint", "-9223372036854775808"),
        ("numeric", "1234567890123456"),
        ("numeric", "0.1234567890123456"),
        ("numeric", "12345678901234567890.12345678901234567890"),
        ("numeric", "0." + "0" * 330 + "1"),
        ("numeric", "1" + "0" * 310),
        ("numeric", "NaN"),
        ("numeric", "-Infinity"),
        ("double precision", "NaN"),
        ("double precision", "Infinity"),
        ("double precision", "1.7976931348623157e+308"),
        ("double precision", "5e-324"),
        ("oid", "5"),
        ("integer[]", "{1}"),
        ("numeric(10,2)[]", "{1.00}"),
        ("date", "infinity"),
        ("date", "1900-02-28"),
        ("date", "10000-01-01"),
        ("date", "0044-03-15 BC"),
        ("timestamp without time zone", "1900-02-28 23:59:59.999999"),
        ("timestamp without time zone", "-infinity"),
        ("timestamp with time zone", "0044-03-15 00:00:00+00 BC"),
        ("time without time zone", "24:00:00"),
        ("interval", "1 mon"),
        ("money", "$12.34"),
        ("text", "1"),
        ("text", "t"),
    ],
)
def test_what_a_spreadsheet_would_change_is_text(tmp_path: Path, type_: str, text: str) -> None:
    [cell] = column(tmp_path, type_, text)

    assert (cell.data_type, cell.value) == ("s", text)


@settings(deadline=None)  # the first use of a kernel loads it
@given(st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?", fullmatch=True))
def test_a_number_has_no_digit_that_a_spreadsheet_hides(text: str) -> None:
    column = Column("A", PgType("numeric"), lambda _: 0)
    [cell] = joined(column.cells(pa.array([text]), pa.array(["1"]))).to_pylist()

    if cell == f'<c r="A1"><v>{text}</v></c>':
        assert Decimal(f"{float(text):.15g}") == Decimal(text)
    else:
        assert cell == f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c>'
        assert len(text) > 15


def test_one_column_may_have_both(tmp_path: Path) -> None:
    found = column(tmp_path, "numeric", "1.5", None, "NaN", "12345678901234567", "2.25")

    assert [cell.value for cell in found] == [1.5, None, "NaN", "12345678901234567", 2.25]


def test_booleans_are_booleans(tmp_path: Path) -> None:
    found = column(tmp_path, "boolean", "t", None, "f")

    assert [(cell.data_type, cell.value) for cell in found] == [
        ("b", True),
        ("n", None),
        ("b", False),
    ]


def test_a_scale_is_shown_as_printed(tmp_path: Path) -> None:
    [cell] = column(tmp_path, "numeric(10,2)", "12.50")

    assert cell.number_format == "0.00"


@pytest.mark.parametrize(
    ("type_", "text", "moment", "shown"),
    [
        ("date", "1900-03-01", "1900-03-01 00:00:00", "yyyy-mm-dd"),
        ("date", "9999-12-31", "9999-12-31 00:00:00", "yyyy-mm-dd"),
        (
            "timestamp without time zone",
            "2013-06-01 12:34:56",
            "2013-06-01 12:34:56",
            "yyyy-mm-dd hh:mm:ss",
        ),
        (
            "timestamp(3) without time zone",
            "2013-06-01 12:34:56.789",
            "2013-06-01 12:34:56.789000",
            "yyyy-mm-dd hh:mm:ss.000",
        ),
        (
            "timestamp with time zone",
            "2013-06-01 12:34:56+05:30",
            "2013-06-01 12:34:56",
            'yyyy-mm-dd hh:mm:ss"+05:30"',
        ),
        (
            "timestamp with time zone",
            "9999-12-31 23:59:59-04",
            "9999-12-31 23:59:59",
            'yyyy-mm-dd hh:mm:ss"-04"',
        ),
    ],
)
def test_dates_and_moments_are_dates(
    tmp_path: Path, type_: str, text: str, moment: str, shown: str
) -> None:
    [cell] = column(tmp_path, type_, text)

    assert (cell.data_type, str(cell.value), cell.number_format) == ("d", moment, shown)


def test_each_moment_has_its_own_offset(tmp_path: Path) -> None:
    texts = ["2013-10-27 02:30:00+02", "2013-10-27 02:30:00+01", None, "infinity"]
    found = column(tmp_path, "timestamp with time zone", *texts)

    assert [cell.number_format[-5:] for cell in found[:2]] == ['"+02"', '"+01"']
    assert found[0].value == found[1].value
    assert [cell.value for cell in found[2:]] == [None, "infinity"]


def test_a_moment_keeps_its_microseconds(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, [("c", "timestamp without time zone")], [("2025-11-22 01:02:03.456789",)]
    )
    with zipfile.ZipFile(path) as package:
        [days] = re.findall(rb"<v>(.*?)</v>", package.read("xl/worksheets/sheet1.xml"))

    assert round(float(days) % 1 * 86_400_000_000) == 3_723_456_789


FORMULA_LIKE = ["=1+1", "+1", "-1", "@x", '=HYPERLINK("http://example.com")', "http://example.com"]


def test_text_is_never_a_formula_or_a_link(tmp_path: Path) -> None:
    path = workbook(tmp_path, [("=c", "text")], [(text,) for text in FORMULA_LIKE])

    assert [(row[0].data_type, row[0].value, row[0].hyperlink) for row in cells(path)] == [
        ("s", text, None) for text in FORMULA_LIKE
    ]
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    assert b"<f" not in sheet
    assert b"hyperlink" not in sheet.lower().replace(b"=hyperlink(", b"")


HARD = [
    '<b>&amp;</b> "quoted" ]]>',
    "emoji 😀 שלום 漢字",
    "line\nbreak\r\nand\ttab\r",
    "  spaces around  ",
    "\n",
    "".join(chr(code) for code in range(1, 32)),
    "\x7f\x85\u2028\ufeff",
    "\ufffe\uffff\U0001ffff",
    "_x0001_ _x000d_ __x0041_ _x_",
]


def test_every_character_survives(tmp_path: Path) -> None:
    path = workbook(tmp_path, [("c", "text")], [(text,) for text in HARD])

    assert texts_of(path) == ["c", *HARD]


def test_a_second_library_reads_the_same_texts(tmp_path: Path) -> None:
    plain = [text for text in HARD if not ESCAPE.search(text) and text.isprintable()]
    path = workbook(tmp_path, [("c", "text")], [(text,) for text in plain])

    assert calamine(path) == [("Rows", [["c"], *([text] for text in plain)])]


def test_null_is_no_cell_and_the_empty_text_is_one(tmp_path: Path) -> None:
    path = workbook(tmp_path, [("c", "text"), ("d", "integer")], [("", None), (None, "1")])

    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert '<row r="2"><c r="A2" t="inlineStr"><is><t></t></is></c></row>' in (sheet)
    assert '<row r="3"><c r="B3"><v>1</v></c></row>' in sheet


@pytest.mark.parametrize("text", ["x" * 32_767, "😀" * 16_383 + "x", "\x01" * 32_767])
def test_the_longest_text_of_a_cell_is_whole(tmp_path: Path, text: str) -> None:
    path = workbook(tmp_path, [("c", "text")], [(text,)])

    assert texts_of(path) == ["c", text]


@pytest.mark.parametrize("text", ["x" * 32_768, "😀" * 16_384])
def test_a_longer_text_is_refused_and_named(tmp_path: Path, text: str) -> None:
    file = xlsx_file(tmp_path / "x", [("a", "integer"), ("notes", "text")], title="x")
    file.write(csv_lines([("1", "é" * 20_000), ("2", text)]))

    with pytest.raises(TooLarge, match="column 'notes' has a text of 32,768 characters in row 2;"):
        file.close()
    file.abandon()
    file.abandon()


def test_the_header_is_bold_and_stays_in_sight(tmp_path: Path) -> None:
    path = workbook(tmp_path, [("same", "text"), ("same", "text"), ("<&\n", "date")], [])
    sheet = openpyxl.load_workbook(path).worksheets[0]
    header: list[Any] = [sheet.cell(1, number) for number in (1, 2, 3)]

    assert [cell.value for cell in header] == ["same", "same", "<&\n"]
    assert all(cell.font.b for cell in header)
    assert (sheet.freeze_panes, sheet.max_row) == ("A2", 1)


def test_the_same_rows_are_the_same_file(tmp_path: Path) -> None:
    first = workbook(tmp_path, [("c", "text")], [("a",)]).read_bytes()

    assert workbook(tmp_path, [("c", "text")], [("a",)]).read_bytes() == first


@pytest.mark.slow
def test_a_further_sheet_begins_where_one_is_full(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    file = xlsx_file(path, [("n", "integer")], title="Many: rows")
    numbers = [(str(number),) for number in range(MOST_ROWS + 2)]
    rows = file.write(csv_lines(numbers)) + file.close()

    [(name, first), (further, second)] = calamine(path)
    assert (rows, name, further) == (MOST_ROWS + 2, "Many  rows", "Many  rows (2)")
    assert (len(first), first[0], first[1], first[-1]) == (MOST_ROWS, ["n"], [0], [MOST_ROWS - 2])
    assert second == [["n"], [MOST_ROWS - 1], [MOST_ROWS], [MOST_ROWS + 1]]


@pytest.mark.parametrize(
    ("title", "number", "name"),
    [
        ("Delayed departures", 1, "Delayed departures"),
        ("Delayed departures", 2, "Delayed departures (2)"),
        ("a/b\\c?d*e[f]:g", 1, "a b c d e f  g"),
        ("'quoted'", 1, "quoted"),
        ("x" * 40, 10, "x" * 26 + " (10)"),
        ("History", 1, "Rows"),
        ("??", 3, "Rows (3)"),
    ],
)
def test_a_title_becomes_a_sheet_name(title: str, number: int, name: str) -> None:
    assert sheet_name(title, number) == name


@pytest.mark.parametrize(
    ("number", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")]
)
def test_columns_are_named_by_letters(number: int, name: str) -> None:
    assert letters(number) == name
