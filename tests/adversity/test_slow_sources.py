"""Rows that come slowly are shown as they come, and a source that brings none is said to live."""

import asyncio
from itertools import pairwise

import asyncpg
import pytest

from tests.adversity.live import live
from tests.readers import both_readers
from tests.serving import Served

# A second of `progress` beyond the two that it may take, for a busy machine.
NOISE = 1.0
SHOWN_SECONDS = 0.5  # after it exists a row is on its way; COPY would show the first after 15
SOURCES = """
create table large as select i, md5(i::text) as text from generate_series(1, 5000) as i;
analyze large;
create function pausing(int) returns int language plpgsql volatile
    as $$ begin perform pg_sleep(0.02); return $1; end $$;
create function steady(int) returns int language plpgsql stable
    as $$ begin perform pg_sleep(0.02); return $1; end $$;
create view paused as select pausing(i) as i from large;
"""
TRICKLING = {
    "volatile function": "select pausing(i) from large",
    "volatile function in a view": "select i from paused",
    "volatile function in a filter": "select i from large where pausing(i) > 0",
    "stable function": "select steady(i) from large",
    "function scan": "select i, pausing(i) from generate_series(1, 5000) as i",
    "dear rows": """
        select i, (
            select count(*) from large as other
            where repeat(other.text, 8) like '%' || large.text || '%0%1%2%3%'
        )
        from large""",
}

pytestmark = pytest.mark.slow


async def test_a_hundred_rows_a_second_are_shown_within_a_second_and_every_second(
    server: Served,
) -> None:
    began = asyncio.get_running_loop().time()
    run = await server.start("paced")
    async with live(server.url, run) as follower:
        await follower.until_rows(350)

    shown = follower.seconds("chunk")
    assert follower.times[0][0] - began + shown[0] < 1 + NOISE
    assert max(later - sooner for sooner, later in pairwise(shown)) < 1 + NOISE


@pytest.mark.parametrize("sql", TRICKLING.values(), ids=TRICKLING)
async def test_where_rows_may_trickle_they_are_read_by_a_cursor_and_shown_as_they_come(
    server: Served, database_url: str, sql: str
) -> None:
    await make_sources(database_url)
    write(server, "trickling", sql)
    run = await server.start("trickling")
    async with live(server.url, run) as follower:
        await follower.until(lambda ledger: ledger.chunks >= 4, "a fourth chunk")
    told = (await server.client.get(f"/api/runs/{run}")).json()

    assert told["reader"] == "cursor"
    shown = [0.0, *follower.seconds("chunk")]
    assert max(later - sooner for sooner, later in pairwise(shown)) < SHOWN_SECONDS + NOISE


async def make_sources(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(SOURCES)
    await connection.close()


def write(server: Served, name: str, sql: str) -> None:
    assert server.settings.reports is not None
    (server.settings.reports / f"{name}.sql").write_text(f'-- total = "none"\n{sql}')


async def test_rows_of_a_slow_source_come_in_small_chunks(server: Served) -> None:
    run = await server.start("paced")
    async with live(server.url, run) as follower:
        await follower.until_rows(200)

    assert len(follower.ledger.rows) / follower.ledger.chunks < 100


@both_readers
async def test_a_sort_that_takes_seconds_says_that_it_lives(server: Served) -> None:
    run = await server.start("sorting", seconds=4)
    async with live(server.url, run) as follower:
        await follower.until_end()

    assert follower.ledger.end["rows"] == 10
    assert follower.seconds("completed")[0] > 3.5
    assert follower.longest_silence < 2 + NOISE


@both_readers
async def test_a_source_that_suddenly_slows_down_says_that_it_lives(server: Served) -> None:
    run = await server.start("stumbling", seconds=4)
    async with live(server.url, run) as follower:
        await follower.until_end()

    assert follower.ledger.end["rows"] == 4000
    assert follower.seconds("completed")[0] > 3.5
    assert follower.longest_silence < 2 + NOISE


@both_readers
async def test_rows_before_a_standstill_are_shown(server: Served) -> None:
    run = await server.start("lasting", n=2500)
    async with live(server.url, run) as follower:
        await follower.until_rows(2000)

    assert follower.ledger.rows[-1][0] == str(len(follower.ledger.rows))
