"""Whichever reader reads a run, its events are the same bytes, but for its id and the reader.

The servers' clocks stand still, no total is taken and no chunk ends by time: then nothing else may
differ, wherever the reads of a cursor and of a COPY end.
"""

import gc
from collections.abc import AsyncGenerator

import asyncpg
import orjson
import pytest

from tests.database.conftest import new_database
from tests.postgres import Cluster
from tests.printing import TYPES, VALUES
from tests.stream.both import Both, both_serving

NUMBERS = "select i, md5(i::text) as t, nullif(i % 3, 0) as n from generate_series(1, {}) as i"
REPORTS = {
    "many": NUMBERS.format(25_001),
    "exactly_two_chunks": NUMBERS.format(2000),
    "one_row": NUMBERS.format(1),
    "empty": "select 1 as one where false",
    "megabytes": """
        select i, repeat(chr(96 + i % 26), 1100000) as t from generate_series(1, 12) as i""",
    "chunks_by_bytes": """
        select i, repeat('x', 1 + i * 7919 % 9000) as t from generate_series(1, 2500) as i""",
    "turning_wide": """
        select i, case when i > 1500 then repeat('é"\\', 30000) else 'x' end as t
        from generate_series(1, 1600) as i""",
    "controls": """
        select i, chr(i), 'a' || chr(i) || '\\' || chr(i) from generate_series(1, 300) as i""",
    "all_characters": """
        select i, chr(i) || 'v' || chr(i) from generate_series(1, 70000) as i
        where i not between 55296 and 57343""",
    "backslashes": r"""
        select repeat('\', i) || t || repeat('\', i % 3)
        from generate_series(0, 8) as i,
            unnest(array['v', 'N', 'n', E'\v', E'\n', '.', '"', E'\t', 'u000b', '']) as t""",
    "nulls": r"select null::text, '\N', '', E'\\\\N', null::int, '\N' from generate_series(1, 3)",
    "only_null": "select null",
    "one_column": "select nullif(i % 2, 0)::text from generate_series(1, 10) as i",
    "end_marks": r"select v from unnest(array['\.', E'\\.', '', null, E'a\n\\.\nb']) as v",
    "names": """select 1 as "a", 2 as "a", 3 as "c1", 4 as "quo""te", 5 as "tab\tname", 6""",
    "wide_table": "select " + ", ".join(f"'x'::varchar as c{i}, null as n{i}" for i in range(300)),
    "types": "select " + ", ".join(VALUES),
    "sorted": f"select * from ({NUMBERS.format(5000)}) as s order by t desc -- by the hash",
    "as_large_as_may_be": "select repeat('x', 4194304) as exactly, null::text as nothing",
}
TOO_LARGE = {
    "too_large": """
        select i, repeat('a', 10), repeat('x', case i when 1300 then 5000000 else 1 end) as large
        from generate_series(1, 1400) as i""",
    "too_large_early": """
        select i, repeat('x', case i when 1234 then 5000000 else 1 end) as large
        from generate_series(1, 3000000) as i""",
    "too_large_by_sum": """
        select i, repeat('x', 2000000) as a, repeat('y', 1100000) as "the widest",
            repeat('é', case i when 7 then 600000 else 1 end) as c
        from generate_series(1, 9) as i""",
    "too_large_in_bytes": """
        select i, repeat('é', case i when 5 then 2200000 else 2000000 end) as wide
        from generate_series(1, 6) as i""",
    "a_byte_too_large": "select repeat('x', 4194304) as exactly, 'y' as one",
    "too_large_of_escapes": r"select repeat(E'\n', 4194303), repeat(E'\v\\', 3) as more",
}
# The rows that are kept, and the column that is named.
ENDS = {
    "too_large": (1299, "large"),
    "too_large_early": (1233, "large"),
    "too_large_by_sum": (6, "a"),
    "too_large_in_bytes": (4, "wide"),
    "a_byte_too_large": (0, "exactly"),
    "too_large_of_escapes": (0, "repeat"),
}
QUERIES: dict[str, dict[str, str]] = {
    "filtered": {"where": "n.gt.1"},
    "sought": {"search": "ab0"},
    "sorted by the reader": {"order": "t.desc,i", "limit": "1500"},
    "one row": {"limit": "1"},
    "no rows": {"where": "i.lt.0"},
    "some columns": {"columns": "t,i"},
    "all together": {"columns": "t", "where": "i.lte.9000", "search": "f", "order": "t"},
}
BREAKS = "select i, 1 / (1500 - i) from generate_series(1, 3000) as i"
MOMENTS = """
select timestamptz '2013-10-27 00:30+00' + i * interval '1 hour' from generate_series(0, 3) as i
"""


@pytest.fixture(scope="module")
async def both(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Both]:
    async with new_database(postgres) as url:
        connection = await asyncpg.connect(url)
        await connection.execute(TYPES)
        await connection.close()
        async with both_serving(tmp_path_factory.mktemp("both"), url) as served:
            for name, sql in {**REPORTS, **TOO_LARGE, "breaks": BREAKS, "moments": MOMENTS}.items():
                served.write(name, sql)
            served.write("small_chunks", NUMBERS.format(700), "chunk_rows = 7")
            yield served


@pytest.mark.parametrize("report", [*REPORTS, "small_chunks"])
async def test_both_readers_tell_the_same(both: Both, report: str) -> None:
    cursor, copy = await both.told(report)

    assert copy == cursor
    assert copy[-1][0] == "completed"


@pytest.mark.parametrize("name", QUERIES)
async def test_both_readers_tell_the_same_of_a_query(both: Both, name: str) -> None:
    cursor, copy = await both.told("many", **QUERIES[name])

    assert copy == cursor
    assert copy[-1][0] == "completed"


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin", "America/New_York"])
async def test_both_readers_tell_the_same_of_a_time_zone(both: Both, timezone: str) -> None:
    rows = await both.rows("moments", timezone=timezone)

    assert len({value for [value] in rows}) == 4


@pytest.mark.parametrize("report", TOO_LARGE)
async def test_both_readers_keep_the_rows_before_one_that_is_too_large(
    both: Both, report: str
) -> None:
    cursor, copy = await both.told(report)
    rows, column = ENDS[report]
    end = copy[-1][1]

    assert copy == cursor
    assert (end["error"]["code"], end["rows"]) == ("too_large", rows)
    assert f"'{column}'" in end["error"]["detail"]
    gc.collect()  # an error that nobody asked for would come to light here


async def test_both_readers_fail_with_the_same_words(both: Both) -> None:
    """What came before the failure in the same fetch is lost with it; COPY loses nothing."""
    (*_, (_, cursor)), (*_, (_, copy)) = await both.told("breaks")

    assert copy["error"] == cursor["error"]
    assert copy["error"]["code"] == "query_failed"
    assert (cursor["rows"], copy["rows"]) == (1000, 1499)


async def test_the_chunks_say_where_their_rows_stand(both: Both) -> None:
    """A check of the checks: what is compared above has all rows in it."""
    _, copy = await both.told("many")
    chunks = [orjson.loads(data) for name, data in copy if name == "chunk"]

    assert [chunk["first_row"] for chunk in chunks] == list(range(0, 25_001, 1000))
    assert [row[0] for chunk in chunks for row in chunk["rows"]] == [
        str(number) for number in range(1, 25_002)
    ]
