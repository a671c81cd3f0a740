"""The demo data: all of it, always the same, loaded once and whole."""

import asyncio
import tomllib
from pathlib import Path

import asyncpg
import pytest

from app.catalog.catalog import Catalog
from app.database.pool import Database
from app.demo.loader import REPORTS, load_demo
from tests.postgres import Cluster

DIGESTS = """
select string_agg(md5(t::text), '' order by t::text collate "C") from demo.{} as t
"""
TABLES = {
    "airlines": 16,
    "airports": 1_458,
    "planes": 3_322,
    "weather": 26_115,
    "flights": 336_776,
    "users": 100_000,
    "transactions": 100_000,
    "projects": 2_000,
    "tasks": 50_000,
    "locations": 12,
    "difficult": 30,
    "nothing": 0,
    "company": 1,
}


class GivenUp(Exception):
    """Raised by a test in the middle of a load."""


async def ask(url: str, *statements: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


@pytest.mark.parametrize("table", TABLES)
async def test_every_table_has_its_rows(demo_url: str, table: str) -> None:
    assert await ask(demo_url, f"select count(*) from demo.{table}") == TABLES[table]


async def test_a_second_load_does_nothing(demo_url: str) -> None:
    told: list[str] = []

    assert not await load_demo(demo_url, tell=told.append)
    assert told == []


async def test_a_role_without_rights_may_read(demo_url: str) -> None:
    count = "select count(*) from demo.users"
    url = demo_url

    assert await ask(url, "create role nobody_special", "set role nobody_special", count) == 100_000


async def test_the_planner_knows_the_tables(demo_url: str) -> None:
    pages = "select reltuples from pg_class where oid = 'demo.flights'::regclass"

    assert await ask(demo_url, pages) == pytest.approx(336_776, rel=0.01)


async def test_a_load_that_did_not_end_leaves_nothing(database_url: str) -> None:
    def give_up(_: str) -> None:
        raise GivenUp

    with pytest.raises(GivenUp):
        await load_demo(database_url, tell=give_up)

    assert await ask(database_url, "select count(*) from pg_namespace where nspname ~ '^demo'") == 0


@pytest.mark.slow
@pytest.mark.timeout(60)
async def test_of_two_loaders_one_waits_and_finds_it_done(database_url: str) -> None:
    loads = await asyncio.gather(load_demo(database_url), load_demo(database_url))

    assert sorted(loads) == [False, True]


@pytest.mark.slow
@pytest.mark.timeout(60)
async def test_a_size_is_kept_until_another_is_asked_for(database_url: str) -> None:
    count = "select count(*) from demo.users"
    await load_demo(database_url, users=600_001)
    loaded_again = await load_demo(database_url)

    assert not loaded_again
    assert await ask(database_url, count) == 600_001

    await load_demo(database_url, users=5)
    assert await ask(database_url, count) == 5


@pytest.mark.slow
@pytest.mark.timeout(60)
async def test_both_versions_of_postgresql_get_the_same_data(
    demo_url: str, debian_postgres: Cluster
) -> None:
    await load_demo(debian_postgres.url())

    for table in TABLES:
        digest = DIGESTS.format(table)
        assert await ask(demo_url, digest) == await ask(debian_postgres.url(), digest)


async def test_every_report_is_one_that_postgresql_accepts(demo_url: str) -> None:
    async with Database(reading_url=demo_url, state_url=demo_url, reading_connections=2) as both:
        catalog = Catalog(both, folder=REPORTS)

        assert await catalog.check() == []


@pytest.mark.parametrize("file", sorted(REPORTS.glob("*.sql")), ids=lambda file: file.stem)
def test_every_report_has_a_title_and_a_description(file: Path) -> None:
    comment = [line[2:] for line in file.read_text().splitlines() if line.startswith("--")]
    front = tomllib.loads("\n".join(comment))

    assert front["title"]
    assert front["description"].endswith(".")
