"""Reports that change between the request for an export and the work."""

from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from app.settings import Settings
from tests.exports.exporting import Exporting, working

TEXT = """
-- title = "First"
-- parameters = [{ name = "n", default = 1 }]
-- timezone = "Europe/Berlin"
select i as number, timestamptz '2026-01-01 00:00:00+00' as moment
from generate_series(1, $1::int) as i
"""
OTHER_PARAMETERS = """
-- parameters = [{ name = "count", default = 1 }]
select $1::int as number
"""
OTHER_COLUMNS = TEXT.replace("as number", "as other").replace("First", "Second")
MISTAKEN = "select 1; select 2"

Change = Callable[[Path], object]

CHANGES: dict[str, Change] = {
    "parameters": lambda path: path.write_text(OTHER_PARAMETERS.lstrip()),
    "columns": lambda path: path.write_text(OTHER_COLUMNS.lstrip()),
    "mistaken": lambda path: path.write_text(MISTAKEN),
    "deleted": Path.unlink,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_an_export_is_of_the_report_as_it_was_when_it_was_asked_for(
    settings: Settings, server: Exporting, change: Change
) -> None:
    assert settings.reports is not None
    path = settings.reports / "changing.sql"
    path.write_text(TEXT.lstrip())
    export = await server.start(report="changing", n=2)
    change(path)

    async with working(settings):
        status = await server.reached(export, "completed")

    assert (status["title"], status["arguments"]) == ("First", {"n": "2"})
    berlin = "2026-01-01 01:00:00+01"
    assert (await server.file(export)).text == f"number,moment\n1,{berlin}\n2,{berlin}\n"


async def executed(settings: Settings, statement: str) -> object:
    """What one statement answers in the state database."""
    connection = await asyncpg.connect(str(settings.database_url))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_the_reports_text_is_not_kept_longer_than_the_work(
    settings: Settings, server: Exporting
) -> None:
    kept = "select count(definition) from rowstream.run"
    done, cancelled = await server.start(), await server.start()
    assert await executed(settings, kept) == 2
    await server.client.delete(f"/exports/{cancelled}")

    async with working(settings):
        await server.reached(done, "completed")

    assert await executed(settings, kept) == 0


async def test_an_export_without_its_report_says_that_it_has_to_be_asked_for_again(
    settings: Settings, server: Exporting
) -> None:
    export = await server.start()
    await executed(settings, "update rowstream.run set definition = null")

    async with working(settings):
        status = await server.reached(export, "failed")

    assert status["error"]["detail"] == "Its report was not kept with it. Export it again."
