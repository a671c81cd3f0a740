"""Background exports into XLSX and Parquet, read back with other libraries."""

from io import BytesIO
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from app.settings import Settings
from tests.exports.exporting import Exporting, working
from tests.serving import serving_reports

# Past the first row group, so that the file has begun with real dates.
LATE = """
-- title = "A date that Parquet does not have, late"
select i as number, case when i = 300000 then 'infinity'::date else '2013-01-01'::date end as day
from generate_series(1, 300000) as i order by i
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    assert settings.reports is not None
    (settings.reports / "late.sql").write_text(LATE.lstrip())
    return settings


async def test_a_workbook_has_the_rows_and_the_number_of_them(exporting: Exporting) -> None:
    status = await exporting.finished("xlsx", n=3)

    file = await exporting.file(status["exportId"])

    rows = CalamineWorkbook.from_filelike(BytesIO(file.content)).get_sheet_by_index(0).to_python()
    assert rows == [
        ["number", "text", "nothing"], [1.0, "row 1", ""], [2.0, "row 2", ""], [3.0, "row 3", ""],
    ]  # fmt: skip
    assert status["progress"]["processedRows"] == 3


async def test_a_column_that_turns_out_not_to_fit_is_text_from_the_start(
    settings: Settings, tmp_path: Path
) -> None:
    async with serving_reports(settings) as served, working(settings):
        exporting = Exporting(served)
        status = await exporting.finished("parquet", report="late")
        path = tmp_path / "late.parquet"
        path.write_bytes((await exporting.file(status["exportId"])).content)

    found = duckdb.sql(f"select day from '{path}' where number in (1, 300000) order by number")

    assert found is not None
    assert found.fetchall() == [("2013-01-01",), ("infinity",)]
    assert status["progress"]["processedRows"] == 300_000
