"""A report's literals end where the scanner says, whatever the database is set to."""

from pathlib import Path

import asyncpg
import httpx
import orjson
import pytest

from app.settings import Settings
from tests.serving import Served

# With standard_conforming_strings off all of the second line would be a literal, `$1` in it too.
BACKSLASH = r"""
-- title = "A backslash"
-- parameters = [{ name = "given", label = "Given" }]
-- reader = "%s"
select '\' as a, $1::text as b --'
    , $1::text as c
"""
HOSTILE = "' as a, version() --"


@pytest.fixture
async def settings(settings: Settings, database_url: str) -> Settings:
    connection = await asyncpg.connect(database_url)
    name = await connection.fetchval("select current_database()")
    await connection.execute(f"alter database {name} set standard_conforming_strings = off")
    await connection.close()
    for reader in ("cursor", "copy"):
        text = BACKSLASH % reader
        (Path(str(settings.reports)) / f"{reader}.sql").write_text(text.lstrip())
    return settings


@pytest.mark.parametrize("reader", ["cursor", "copy"])
async def test_an_argument_stays_in_its_place(server: Served, reader: str) -> None:
    query = httpx.QueryParams({"given": HOSTILE})
    events = await server.events(f"/api/reports/stream/{reader}?{query}")
    [chunk] = [orjson.loads(event.data) for event in events if event.type == "chunk"]

    assert chunk["rows"] == [["\\", HOSTILE, HOSTILE]]
