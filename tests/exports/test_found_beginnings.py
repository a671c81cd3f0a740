"""What stands at the beginning of a CSV file for spreadsheets, and behind it."""

import pytest

from app.settings import Settings
from tests.exports.exporting import Exporting

MARKED = """
select v as "MARK=1+1", v as again from (values (E'\\ufeff=1+1'), (E'\\ufeff=1+1')) as x(v)
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a report whose names and texts begin with a byte order mark."""
    assert settings.reports is not None
    (settings.reports / "marked.sql").write_text(MARKED.replace("MARK", "\ufeff"))
    return settings


@pytest.mark.parametrize("header", ["true", "false"])
async def test_a_text_is_no_formula_behind_its_own_byte_order_mark(
    exporting: Exporting, header: str
) -> None:
    status = await exporting.finished(report="marked", spreadsheet_safe="true", header=header)

    file = (await exporting.file(status["exportId"])).content.decode()

    names = ["\ufeff=1+1,again"] if header == "true" else []
    lines = [*names, "\ufeff=1+1,\ufeff=1+1", "\ufeff=1+1,\ufeff=1+1"]
    assert file.splitlines() == ["'" + lines[0], *lines[1:]]


async def test_what_is_not_for_spreadsheets_keeps_its_first_bytes(exporting: Exporting) -> None:
    status = await exporting.finished(report="marked", header="false")

    file = (await exporting.file(status["exportId"])).content.decode()

    assert file == "\ufeff=1+1,\ufeff=1+1\n" * 2
