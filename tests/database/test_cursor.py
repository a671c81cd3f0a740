"""The cursor reader: every row once and in order, whatever its rows turn into."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.catalog.describing import describe_report
from app.catalog.query import parse_query
from app.catalog.report import Report
from app.catalog.statement import Composition, compose
from app.database.cursor import CursorReader, Row, tiers
from app.database.session import Session, reading_transaction
from app.errors import QueryFailed, TooLarge

if TYPE_CHECKING:
    from app.database.pool import Connection

SESSION = Session(timeout=30, timezone="UTC", name="cursor")
MIB = 2**20
EMOJI = "🙂"  # four bytes in UTF-8


@dataclass
class Read:
    """What a reader gave: its blocks, and what ended it."""

    blocks: list[Sequence[Row]] = field(default_factory=list[Sequence[Row]])
    error: Exception | None = None

    @property
    def rows(self) -> list[Row]:
        return [row for block in self.blocks for row in block]


@pytest.fixture
async def connection(connection: "Connection") -> "AsyncGenerator[Connection]":
    """A connection in a run's transaction."""
    async with reading_transaction(connection, SESSION):
        yield connection


async def composed(connection: "Connection", sql: str, *where: str) -> Composition:
    report = Report(name="read", title="Read", sql=sql)
    items = [("where", term) for term in where]
    return compose(report, await describe_report(connection, report), parse_query(report, items))


async def read(
    connection: "Connection",
    sql: str,
    *where: str,
    row_bytes: int = 4 * MIB,
    most: int = 1000,
    whole: bool = False,
) -> Read:
    """Everything that the reader gives of the statement; an error of ours is kept."""
    selection = await composed(connection, sql, *where)
    reader = CursorReader(connection, selection, row_bytes=row_bytes, delay=60)
    given = Read()
    try:
        async with aclosing(reader.blocks(most=most, whole=whole)) as blocks:
            async for rows in blocks:
                given.blocks.append(rows)
    except (QueryFailed, TooLarge, asyncpg.PostgresError) as error:
        given.error = error
    return given


async def plainly(connection: "Connection", sql: str) -> list[Row]:
    """The rows as a single statement gives them; its columns have to be text."""
    return [tuple(row) for row in await connection.fetch(sql)]


def numbers(count: int) -> str:
    return f"select i::text as i, 'row ' || i as t from generate_series(1, {count}) as i"


def turning_wide(count: int, at: int, width: int) -> str:
    """Narrow rows; from row `at` on every third one is wide."""
    wide = f"case when i >= {at} and (i - {at}) % 3 = 0 then repeat('w', {width}) else 't' || i end"
    return f"select i::text as i, {wide} as t from generate_series(1, {count}) as i"


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("count", [0, 1, 2, 999, 1000, 1001, 2000, 3001])
async def test_every_row_comes_once_and_in_order(
    connection: "Connection", count: int, *, whole: bool
) -> None:
    given = await read(connection, numbers(count), whole=whole)

    assert given.rows == await plainly(connection, numbers(count))


@pytest.mark.parametrize("most", [1, 7, 250, 1000])
async def test_blocks_end_where_chunks_end(connection: "Connection", most: int) -> None:
    given = await read(connection, numbers(2500), most=most)

    ends = set(accumulate(len(block) for block in given.blocks))
    assert ends >= set(range(most, 2501, most))


@pytest.mark.parametrize("width", [5_000, 100_000, 700_000])
@pytest.mark.parametrize("at", [1, 2, 17, 18, 273, 999, 1000, 1001])
async def test_rows_that_turn_wide_are_neither_lost_nor_doubled(
    connection: "Connection", at: int, width: int
) -> None:
    sql = turning_wide(at + 4, at, width)

    given = await read(connection, sql)

    assert given.error is None
    assert given.rows == await plainly(connection, sql)


async def test_rows_that_turn_wider_and_wider_are_read_to_the_end(
    connection: "Connection",
) -> None:
    sql = (
        "select i::text as i, repeat('w', case i when 20 then 5000 when 40 then 70000"
        " when 60 then 600000 when 80 then 3000000 else 5 end) as t"
        " from generate_series(1, 100) as i"
    )

    assert (await read(connection, sql)).rows == await plainly(connection, sql)


@pytest.mark.parametrize("length", [4095, 4096, 4097, 65_535, 65_536, 65_537])
async def test_a_value_as_long_as_the_cut_is_whole(connection: "Connection", length: int) -> None:
    sql = f"select repeat('{EMOJI}', {length}) as t union all select 'after'"

    assert (await read(connection, sql)).rows == [(EMOJI * length,), ("after",)]


async def test_a_null_is_no_text(connection: "Connection") -> None:
    sql = "select null::text as a, '' as b, null::int as c union all select 'x', null, 1"

    assert (await read(connection, sql)).rows == [(None, "", None), ("x", None, "1")]


async def test_columns_of_one_name_keep_their_place(connection: "Connection") -> None:
    sql = """select 'a' as "x", 'b' as "x", 'c', 'd' as "__proto__", 'e' as "o""dd\n" """

    assert (await read(connection, sql)).rows == [("a", "b", "c", "d", "e")]


@pytest.mark.parametrize(
    "text", ["é", "e\u0301", EMOJI, "\u2028", "\x01\x1f", "עברית", "\ufeff", "\t\r\n\\"]
)
@pytest.mark.parametrize("whole", [False, True])
async def test_texts_come_as_they_are(connection: "Connection", text: str, *, whole: bool) -> None:
    quoted = text.replace("'", "''")

    assert (await read(connection, f"select '{quoted}' as t", whole=whole)).rows == [(text,)]


@pytest.mark.parametrize("wide_at", [0, 30])
async def test_a_row_can_have_1600_columns(connection: "Connection", wide_at: int) -> None:
    columns = ", ".join(
        f"case when i = {wide_at} then repeat('w', 300) else i::text end as c{number}"
        if number == 1599
        else f"i::text as c{number}"
        for number in range(1600)
    )
    sql = f"select {columns} from generate_series(1, 60) as i"

    assert (await read(connection, sql)).rows == await plainly(connection, sql)


async def test_columns_of_fixed_width_need_no_cut(connection: "Connection") -> None:
    sql = "select i, i::int8 as j, true as b from generate_series(1, 1500) as i"
    selection = await composed(connection, sql)

    assert [tier.cut for tier in tiers(selection, row_bytes=MIB, whole=False)] == [None]
    assert (await read(connection, sql)).rows == [(str(i), str(i), "t") for i in range(1, 1501)]


async def test_filters_are_binds(connection: "Connection") -> None:
    sql = "select i, 'x' || i as t from generate_series(1, 50) as i"

    given = await read(connection, sql, "i.gt.47", "t.neq.x49")

    assert given.rows == [("48", "x48"), ("50", "x50")]


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("before", [0, 1, 20, 1000])
async def test_a_row_past_its_limit_ends_the_run_and_the_rows_before_stay(
    connection: "Connection", before: int, *, whole: bool
) -> None:
    sql = (
        f"select i::text as i, repeat('w', case when i > {before} then 200000 else 9 end) as body"
        f" from generate_series(1, {before} + 3) as i"
    )

    given = await read(connection, sql, row_bytes=100_000, whole=whole)

    assert isinstance(given.error, TooLarge)
    assert "'body'" in given.error.detail
    assert "100,000" in given.error.detail
    assert "100,000" in given.error.detail
    assert [row[0] for row in given.rows] == [str(i) for i in range(1, before + 1)]


@pytest.mark.parametrize("limit", [64, 1000, 50_000, MIB])
@pytest.mark.parametrize("text", ["w", "é", EMOJI])
async def test_the_limit_counts_bytes(connection: "Connection", limit: int, text: str) -> None:
    fits = limit // len(text.encode())
    sql = f"select repeat('{text}', {fits}) as t"

    fitting = await read(connection, sql, row_bytes=limit)
    larger = await read(connection, sql, row_bytes=len(text.encode()) * fits - 1)

    assert (fitting.error, fitting.rows) == (None, [(text * fits,)])
    assert isinstance(larger.error, TooLarge)


async def test_a_rows_columns_count_together(connection: "Connection") -> None:
    sql = "select repeat('a', 400) as a, repeat('b', 600) as b, null::text as c"

    assert (await read(connection, sql, row_bytes=1000)).error is None
    larger = (await read(connection, sql, row_bytes=999)).error
    assert isinstance(larger, TooLarge)
    assert "'b'" in larger.detail


@pytest.fixture
async def sequence(shared_database_url: str) -> AsyncGenerator["Connection"]:
    """A connection that may write, in a transaction, and a sequence `turns` that begins anew."""
    made = await asyncpg.connect(shared_database_url, statement_cache_size=0)
    await made.execute("drop sequence if exists turns; create sequence turns")
    async with made.transaction():
        yield made
    await made.close()


TURNS = """
select nextval('turns')::text as turn, case when i = 40 then repeat('w', 9000) else '' end as t
from generate_series(1, 60) as i
"""


async def test_rows_that_come_in_another_order_when_read_again_are_noticed(
    sequence: "Connection",
) -> None:
    given = await read(sequence, TURNS)

    assert isinstance(given.error, QueryFailed)
    assert "another order" in given.error.detail
    assert [row[0] for row in given.rows] == [str(turn) for turn in range(1, 40)]


async def test_fewer_rows_when_read_again_are_noticed(sequence: "Connection") -> None:
    sql = f"select * from ({TURNS}) as r where turn::int <= 60"

    assert isinstance((await read(sequence, sql)).error, QueryFailed)


async def test_a_volatile_statement_is_opened_once(sequence: "Connection") -> None:
    given = await read(sequence, TURNS, whole=True)

    assert [row[0] for row in given.rows] == [str(turn) for turn in range(1, 61)]
    assert await sequence.fetchval("select last_value from turns") == 60


async def test_rows_before_a_failure_stay(connection: "Connection") -> None:
    given = await read(
        connection, "select i, 1 / (1500 - i) as q from generate_series(1, 3000) as i"
    )

    assert isinstance(given.error, asyncpg.DivisionByZeroError)
    assert [row[0] for row in given.rows] == [str(i) for i in range(1, 1001)]


@pytest.mark.parametrize("row_bytes", [1, 100, 4 * MIB, 64 * MIB])
@pytest.mark.parametrize("columns", [1, 3, 800])
async def test_no_tier_brings_more_than_a_row_may_have(
    connection: "Connection", columns: int, row_bytes: int
) -> None:
    sql = "select " + ", ".join(["'x'::text"] * columns)
    selection = await composed(connection, sql)

    made = tiers(selection, row_bytes=row_bytes, whole=False)

    assert made[-1].bounded
    assert all(tier.most_rows >= 1 for tier in made)
    cuts = [tier.cut for tier in made[:-1] if tier.cut]
    assert cuts == sorted(set(cuts))
    assert all(cut * columns * 4 <= max(row_bytes, columns * 4) for cut in cuts)
