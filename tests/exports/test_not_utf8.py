"""A database that does not know its encoding: what is not UTF-8 in it is said, and can be told."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from app.settings import Settings
from tests.exports.exporting import Exporting
from tests.postgres import Cluster
from tests.serving import settings_over

TABLE = r"create table public.names as select 1 as i, E'Stra\337e'::text as name"
REPORTS = {
    "names": "select * from public.names",
    # As the README says it is done.
    "converted": """
select i, convert_from(convert(convert_to(name, 'SQL_ASCII'), 'LATIN1', 'UTF8'), 'UTF8') as name
from public.names
""",
}


@pytest.fixture
async def settings(postgres: Cluster, tmp_path: Path) -> AsyncIterator[Settings]:
    name = f"test_{secrets.token_hex(6)}"
    administrator = await asyncpg.connect(postgres.url())
    await administrator.execute(
        f"create database {name} encoding 'SQL_ASCII' locale 'C' template template0"
    )
    made = await asyncpg.connect(
        postgres.url(database=name), server_settings={"client_encoding": "SQL_ASCII"}
    )
    await made.execute(TABLE)
    await made.close()
    settings = settings_over(postgres.url(database=name), tmp_path)
    assert settings.reports is not None
    for report, text in REPORTS.items():
        (settings.reports / f"{report}.sql").write_text(text.lstrip())
    yield settings
    await administrator.execute(f"drop database {name} with (force)")
    await administrator.close()


async def test_it_is_said_what_is_wrong_and_what_can_be_done(exporting: Exporting) -> None:
    failed = await exporting.reached(await exporting.start(report="names"), "failed")
    run = await exporting.served.finished("names")
    answer = await exporting.client.get(f"/api/runs/{run}")

    for error in (failed["error"], answer.json()["error"]):
        assert error["code"] == "query_failed"
        assert "not UTF-8" in error["detail"]
        assert "Leave its column out" in error["detail"]


async def test_other_columns_and_converted_ones_come(exporting: Exporting) -> None:
    for query, text in (
        ({"report": "names", "columns": "i"}, "i\n1\n"),
        ({"report": "converted"}, "i,name\n1,Straße\n"),
    ):
        status = await exporting.finished(**query)
        assert (await exporting.file(status["exportId"])).text == text
