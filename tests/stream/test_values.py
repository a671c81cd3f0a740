"""Values arrive as psql prints them, through the whole server; psql is the oracle."""

from pathlib import Path

import asyncpg
import pytest

from app.settings import Settings
from tests.ledger import Ledger
from tests.postgres import Cluster
from tests.printing import TYPES, VALUES, XML, differences, psql
from tests.serving import Served, serving_reports

NAMES = [
    "same",
    "same",
    "?column?",
    "__proto__",
    "constructor",
    "toString",
    'quote"quote',
    "it''s",
    "line\nbreak",
    "back\\slash",
    "<script>",
    "select",
    "c1",
    "C1",
    " ",
    "ü",
    "😀" * 15,
    "$1",
    "%s",
    "{}",
    "\u202e",
]
HARD = "select 1, 2, " + ", ".join(
    f'{number} as "{name.replace(chr(34), chr(34) * 2)}"' for number, name in enumerate(NAMES)
)
LETTERS = """
select i, chr(i) as letter, 'a' || chr(i) || 'b' as inside, array[chr(i)] as listed
from generate_series(1, 70000) as i
where i not between 28 and 30 and i not between 55296 and 57343 -- psql's ends
order by i
"""
MOMENTS = """
select timestamptz '2013-03-31 00:30+00' + i * interval '15 minutes' as moment,
    to_char(timestamptz '2013-10-27 00:30+00' + i * interval '1 hour', 'HH24:MI TZ') as told
from generate_series(0, 12) as i order by i
"""
WIDE = "select " + ", ".join(f"'x'::varchar as c{i}, null as n{i}" for i in range(800))


def write(settings: Settings, name: str, sql: str) -> None:
    Path(settings.reports or "", f"{name}.sql").write_text(f'-- title = "{name}"\n{sql}\n')


async def streamed(settings: Settings, name: str, query: str = "") -> Ledger:
    """The whole stream of a report."""
    async with serving_reports(settings) as server:
        return await followed(server, name, query)


async def followed(server: Served, name: str, query: str) -> Ledger:
    ledger = Ledger()
    for event in await server.events(f"/api/reports/stream/{name}{query}"):
        ledger.take(event)
    assert ledger.end["status"] == "completed", ledger.end
    return ledger


async def with_types(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(TYPES)
    await connection.close()


async def test_every_type_is_the_text_that_psql_prints(
    settings: Settings, postgres: Cluster, database_url: str
) -> None:
    await with_types(database_url)
    sql = f"select {', '.join(VALUES)}"
    write(settings, "types", sql)
    [row] = (await streamed(settings, "types")).rows

    assert differences(VALUES, row, psql(postgres, database_url, sql)[0]) == []


async def test_xml_and_an_older_postgresql_too(
    settings: Settings, debian_postgres: Cluster
) -> None:
    url, values = debian_postgres.url(), [*VALUES, *XML]
    await with_types(url)
    sql = f"select {', '.join(values)}"
    write(settings, "types", sql)
    debian = Settings(data=settings.data, reports=settings.reports, database_url=url)
    [row] = (await streamed(debian, "types")).rows

    assert differences(values, row, psql(debian_postgres, url, sql)[0]) == []


@pytest.mark.parametrize("sql", [LETTERS, HARD, WIDE])
async def test_rows_are_those_of_psql(
    settings: Settings, postgres: Cluster, database_url: str, sql: str
) -> None:
    write(settings, "rows", sql)

    assert (await streamed(settings, "rows")).rows == psql(postgres, database_url, sql)


async def test_duplicate_and_hostile_column_names_keep_their_place(settings: Settings) -> None:
    write(settings, "names", HARD)
    async with serving_reports(settings) as server:
        run = await server.finished("names")
        columns = (await server.client.get("/api/reports/names")).json()["columns"]
        events = await server.events(f"/api/runs/{run}/stream")

    shown = [column["name"] for column in columns]
    assert shown == ["?column?", "?column?", *NAMES]
    assert next(e for e in events if e.type == "columns").data.count('"name"') == len(NAMES) + 2


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin", "America/New_York"])
async def test_moments_are_those_of_the_asked_time_zone(
    settings: Settings, postgres: Cluster, database_url: str, timezone: str
) -> None:
    write(settings, "moments", MOMENTS)
    given = await streamed(settings, "moments", f"?timezone={timezone}")

    assert given.rows == psql(postgres, database_url, MOMENTS, timezone=timezone)
