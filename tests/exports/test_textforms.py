"""Files as COPY prints them are, byte for byte, what the downloads of runs are."""

from collections.abc import AsyncGenerator
from itertools import pairwise

import orjson
import pytest
from hypothesis import given, strategies as st

from app.catalog.describing import describe_report
from app.catalog.query import Query
from app.catalog.report import Column, Report
from app.catalog.statement import compose
from app.exports.objects import distinct_names
from app.exports.textforms import JsonText
from tests.database.conftest import new_database
from tests.exports.copying import (
    TEXTS,
    Copying,
    array_of,
    copying,
    names_sql,
    same,
    values_sql,
    with_types,
)
from tests.postgres import Cluster
from tests.printing import VALUES, XML

ODD_NAMES = [
    *("$1", "$2", 'quo"te', "it's", "back\\slash", "per%cent%s", "line\nbreak", "tab\t", "\x01"),
    *("a", "a", "a_2", "A", "t", "r", "c1", "v1", "j", "object", "?column?", "__proto__", "é😀"),
    *("x" * 63, "{0}", "/* */ -- ", "U&", "$$", "r.c1"),
]
JSONS = ['{"a":\n1,\r\n"b" :\t[ ]}', '"\\ud800"', "1e400", "null", '"a\\nb"', " [1 , 2]\n"]


@pytest.fixture(scope="module")
async def typed_url(postgres: Cluster) -> AsyncGenerator[str]:
    async with new_database(postgres) as url:
        yield await with_types(url)


@pytest.fixture(scope="module")
async def debian_typed_url(debian_postgres: Cluster) -> AsyncGenerator[str]:
    async with new_database(debian_postgres) as url:
        yield await with_types(url)


@pytest.fixture
async def here(postgres: Cluster, typed_url: str) -> AsyncGenerator[Copying]:
    async for each in copying(postgres, typed_url):
        yield each


@pytest.fixture
async def at_debian(debian_postgres: Cluster, debian_typed_url: str) -> AsyncGenerator[Copying]:
    async for each in copying(debian_postgres, debian_typed_url):
        yield each


async def test_every_type_is_written_as_a_run_writes_it(here: Copying) -> None:
    values = [each for each in VALUES if "pg_sleep" not in each]
    await same(here, await here.composed(values_sql(values)))


async def test_an_older_version_and_xml_are_written_as_by_a_run(at_debian: Copying) -> None:
    values = [each for each in [*VALUES, *XML] if "pg_sleep" not in each]
    await same(at_debian, await at_debian.composed(values_sql(values)))


async def test_what_has_no_value_at_all_is_an_empty_text(here: Copying) -> None:
    asked = await here.composed("select pg_sleep(0), 1 as n")

    assert await here.file("csv", asked) == b'pg_sleep,n\n"",1\n'
    assert await here.file("ndjson", asked) == b'{"pg_sleep":"","n":1}\n'


async def test_every_text_is_written_as_a_run_writes_it(here: Copying) -> None:
    asked = await here.composed(
        "select u as text, u as again, u::varchar as other from unnest($1::text[]) as u",
        [array_of([*TEXTS, None])],
    )

    await same(here, asked)


async def test_a_single_column_of_texts_is_written_as_a_run_writes_it(here: Copying) -> None:
    sql = "select u from unnest($1::text[]) as u"
    await same(here, await here.composed(sql, [array_of([*TEXTS, None])]))


async def test_json_is_embedded_on_one_line(here: Copying) -> None:
    sql = "select u::json as doc, 'a\nb' as text from unnest($1::text[]) as u"
    asked = await here.composed(sql, [array_of([*JSONS, None])])

    await same(here, asked)
    assert (await here.file("ndjson", asked)).count(b"\n") == len(JSONS) + 1


async def test_odd_and_repeated_names_are_keys_as_they_are(here: Copying) -> None:
    asked = await here.composed(names_sql(ODD_NAMES))

    await same(here, asked)
    [row] = (await here.file("ndjson", asked)).splitlines()
    assert list(orjson.loads(row)) == distinct_names(ODD_NAMES)


async def test_a_key_longer_than_names_can_be_is_whole(here: Copying) -> None:
    names = ["x" * 63, "x" * 63, "ü" * 31 + "x", "ü" * 31 + "x", "it's $1 \\ %"]
    asked = await here.composed(names_sql(names))

    await same(here, asked)
    assert f'"{"x" * 63}_2":1'.encode() in await here.file("ndjson", asked)


async def test_as_many_columns_as_there_can_be_are_written(here: Copying) -> None:
    columns = ", ".join(f"'{number}'::text as a" for number in range(1600))
    await same(here, await here.composed(f"select {columns}"))


@pytest.mark.parametrize("kind", ["real", "double precision", "numeric"])
async def test_numbers_keep_their_digits(here: Copying, kind: str) -> None:
    numbers = ["NaN", "Infinity", "-Infinity", "-0.0", "1e-7", "5e22", "1.10", "-12.5"]
    columns = ", ".join(f"'{number}'::{kind}" for number in numbers)
    await same(here, await here.composed(f"select {columns}, 1.5::numeric(10, 2)"))


async def test_sorts_filters_and_limits_are_the_runs(here: Copying) -> None:
    sql = "select i as n, md5(i::text) as text from generate_series(1, 100) as i"
    report = Report(name="any", title="Any", sql=sql)
    description = await describe_report(here.connection, report)
    columns = ("text", "n")
    asked = compose(report, description, Query(columns=columns, search="a", limit=7))

    await same(here, asked)
    assert (await here.file("csv", asked)).count(b"\n") == 8


def column(name: str) -> Column:
    return Column(name=name, type="integer", label=name, oid=23, cast="pg_catalog.int4")


@given(
    rows=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), max_size=6),
    cuts=st.lists(st.integers(0, 200), max_size=6),
    info=st.none() | st.just({"report": "any"}),
)
def test_json_is_the_same_however_the_data_are_cut(
    rows: list[str], cuts: list[int], info: dict[str, str] | None
) -> None:
    objects = [orjson.dumps({"a": text}) for text in rows]
    sent = b"".join(each + b"\n" for each in objects)
    places = sorted({0, len(sent), *(min(cut, len(sent)) for cut in cuts)})
    form = JsonText([column("a")], None if info is None else {**info})

    pieces = [form.rows(sent[a:b]) for a, b in pairwise(places)]
    file = form.head() + b"".join(pieces) + form.tail(len(rows))

    read = orjson.loads(file)
    assert (read if info is None else read["rows"]) == [{"a": text} for text in rows]
    assert info is None or read["exportInfo"] == info
