"""Files that LibreOffice opens: no text of ours is computed there, whatever it looks like."""

from pathlib import Path

import pytest

from app.settings import Settings
from tests.exports.exporting import Exporting
from tests.exports.spreadsheet import Cell, cells_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

TEXTS = [
    "plain",
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "=1+1\u00a0",
    "\ufeff=1+1",
    "\uff1d1+1",
    '=HYPERLINK("http://127.0.0.1/";"open")',
    "=cmd|' /C calc'!A0",
    '=WEBSERVICE("http://127.0.0.1/")',
    "{=1+1}",
    "http://127.0.0.1/",
    "'=1+1",
    "1,5",
]
DISARMED = ("=", "+", "-", "@")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    assert settings.reports is not None
    quoted = ", ".join("'" + text.replace("'", "''") + "'" for text in TEXTS)
    sql = f"select u as text, -1 as number from unnest(array[{quoted}]) with ordinality as n(u, at)"
    (settings.reports / "formulas.sql").write_text(f"{sql} order by at", "utf-8")
    return settings


async def opened(exporting: Exporting, folder: Path, form: str, **options: str) -> list[list[Cell]]:
    """The rows, without their header, of the report as LibreOffice sees them."""
    status = await exporting.finished(form, report="formulas", **options)
    file = folder / f"formulas.{form}"
    file.write_bytes((await exporting.file(status["exportId"])).content)
    header, *rows = cells_of(file)
    assert [cell.shown for cell in header] == ["text", "number"]
    return rows


async def test_texts_of_a_workbook_are_texts_and_numbers_are_numbers(
    exporting: Exporting, tmp_path: Path
) -> None:
    rows = await opened(exporting, tmp_path, "xlsx")

    assert [text.shown for text, _ in rows] == TEXTS
    assert all(text.is_plain and text.kind == "string" for text, _ in rows)
    assert {(number.shown, number.kind, number.is_plain) for _, number in rows} == {
        ("-1", "float", True)
    }


async def test_texts_of_a_csv_file_that_is_safe_for_spreadsheets_are_not_computed(
    exporting: Exporting, tmp_path: Path
) -> None:
    rows = await opened(exporting, tmp_path, "csv", spreadsheet_safe="true")

    assert [cell for row in rows for cell in row if not cell.is_plain] == []
    assert [text.shown for text, _ in rows] == [
        f"'{text}" if text.startswith(DISARMED) else text for text in TEXTS
    ]
    assert {(number.shown, number.kind) for _, number in rows} == {("-1", "float")}


async def test_without_that_it_computes_them_which_this_test_can_see(
    exporting: Exporting, tmp_path: Path
) -> None:
    rows = await opened(exporting, tmp_path, "csv")

    assert "=1+1" in {text.formula and text.formula.removeprefix("of:") for text, _ in rows}
