"""Reports that change between the request for an export and the work."""

import pytest

from app.settings import Settings
from tests.exports.exporting import Exporting, working

RENAMED = """
-- parameters = [{ name = "count", default = 1 }]
select $1::int as number
"""
FURTHER = """
-- parameters = [{ name = "n", default = 1 }, { name = "more", default = 1 }]
select $1::int + $2::int as number
"""
FEWER = "select 1 as number"


@pytest.mark.parametrize("changed", [RENAMED, FURTHER, FEWER], ids=["renamed", "further", "fewer"])
async def test_other_parameters_than_those_given_are_said_to_be_other(
    settings: Settings, server: Exporting, changed: str
) -> None:
    export = await server.start(report="numbers", n=3)
    assert settings.reports is not None
    (settings.reports / "numbers.sql").write_text(changed.lstrip())

    async with working(settings):
        status = await server.reached(export, "failed")

    assert status["error"]["code"] == "invalid_argument"
    assert "parameters have changed" in status["error"]["detail"]
