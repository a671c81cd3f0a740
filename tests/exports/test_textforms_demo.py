"""CSV of the demo's tables, made by COPY, is psql's byte for byte."""

import asyncpg
import pytest

from tests.exports.copying import copying
from tests.postgres import Cluster

TABLES = "select tablename from pg_tables where schemaname = 'demo' order by 1"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


async def tables(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(TABLES)]
    finally:
        await connection.close()


async def test_csv_of_every_demo_table_is_psqls(postgres: Cluster, demo_url: str) -> None:
    names = await tables(demo_url)
    assert len(names) >= 13
    async for here in copying(postgres, demo_url):
        for name in names:
            sql = f'select * from demo."{name}"'
            assert await here.file("csv", await here.composed(sql)) == here.psql(sql), name
