"""CSV with options of one's own, and CSV for spreadsheets."""

import csv
import io
from collections.abc import AsyncGenerator

import pytest

from app.exports.export import CsvOptions
from app.exports.textforms import FORMULA_STARTS
from tests.database.conftest import new_database
from tests.exports.copying import (
    TEXTS,
    Copying,
    array_of,
    copying,
    values_sql,
    with_types,
)
from tests.postgres import Cluster
from tests.printing import VALUES


@pytest.fixture(scope="module")
async def typed_url(postgres: Cluster) -> AsyncGenerator[str]:
    async with new_database(postgres) as url:
        yield await with_types(url)


@pytest.fixture
async def here(postgres: Cluster, typed_url: str) -> AsyncGenerator[Copying]:
    async for each in copying(postgres, typed_url):
        yield each


async def test_csv_of_every_type_is_psqls(here: Copying) -> None:
    sql = values_sql([each for each in VALUES if "pg_sleep" not in each])

    assert await here.file("csv", await here.composed(sql)) == here.psql(sql)


@pytest.mark.parametrize(
    ("delimiter", "quote"),
    [(";", '"'), ("\t", "'"), ("|", "\\"), (" ", "~"), ("a", "b"), ("\\", '"'), ("'", "\x01")],
)
async def test_delimiter_and_quote_are_psqls(here: Copying, delimiter: str, quote: str) -> None:
    sql = 'select u as "a;b", u as "it\'s "" a\\b|" from unnest($1::text[]) as u'
    asked = await here.composed(sql, [array_of(TEXTS)])
    options = CsvOptions(delimiter=delimiter, quote=quote)

    file = await here.file("csv", asked, options)

    given = sql.replace("$1", "'" + array_of(TEXTS).replace("'", "''") + "'")
    assert file == here.psql(given, delimiter=delimiter, quote=quote)


async def test_another_library_reads_the_texts_back(here: Copying) -> None:
    asked = await here.composed(
        "select u as a, u as b from unnest($1::text[]) as u", [array_of(TEXTS)]
    )

    text = (await here.file("csv", asked)).decode()

    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == [
        ["a", "b"],
        *([each, each] for each in TEXTS),
    ]


async def test_null_and_the_empty_text_differ(here: Copying) -> None:
    asked = await here.composed("select null::text as a, '' as b, null::int as c")

    assert await here.file("csv", asked) == b'a,b,c\n,"",\n'


async def test_without_header_and_with_a_mark_of_its_encoding(here: Copying) -> None:
    asked = await here.composed("select 1 as one")

    assert await here.file("csv", asked, CsvOptions(header=False)) == b"1\n"
    assert await here.file("csv", asked, CsvOptions(bom=True)) == b"\xef\xbb\xbfone\n1\n"
    assert await here.file("csv", asked, CsvOptions(bom=True, header=False)) == b"\xef\xbb\xbf1\n"


async def test_what_looks_like_a_formula_is_made_a_text(here: Copying) -> None:
    texts = [*(f"{start}1+1" for start in FORMULA_STARTS), " =1", "a=1", "'=1", "-", ""]
    sql = 'select u as "=name", -1 as n, array[u]::text[] as list from unnest($1::text[]) as u'
    asked = await here.composed(sql, [array_of([*texts, None])])

    file = await here.file("csv", asked, CsvOptions(spreadsheet_safe=True))

    rows = list(csv.reader(io.StringIO(file.decode(), newline="")))
    assert rows[0] == ["'=name", "n", "list"]
    assert [row[0] for row in rows[1:]] == [
        *("'" + text if text[:1] and text[0] in FORMULA_STARTS else text for text in texts),
        "",
    ]
    assert {row[1] for row in rows[1:]} == {"-1"}


NUMBER_TYPES = ("smallint", "integer", "bigint", "real", "float8", "numeric", "money")


@pytest.mark.parametrize("kind", NUMBER_TYPES)
async def test_a_number_is_never_touched(here: Copying, kind: str) -> None:
    asked = await here.composed(f"select (-1)::numeric::{kind} as n")

    file = await here.file("csv", asked, CsvOptions(spreadsheet_safe=True))

    assert file.split(b"\n")[1].startswith(b"-")


@pytest.mark.parametrize("value", ["interval '-1 day'", "date '-infinity'", "'=1'::name"])
async def test_all_else_that_would_be_a_formula_is_a_text(here: Copying, value: str) -> None:
    asked = await here.composed(f"select {value} as v")

    file = await here.file("csv", asked, CsvOptions(spreadsheet_safe=True))

    assert file.split(b"\n")[1].startswith(b"'")


async def test_safe_for_spreadsheets_is_else_the_same(here: Copying) -> None:
    values = [each for each in VALUES if "pg_sleep" not in each and "-" not in each]
    asked = await here.composed(values_sql(values))

    safe = await here.file("csv", asked, CsvOptions(spreadsheet_safe=True))

    assert safe == await here.file("csv", asked)


async def test_a_text_of_two_collations_can_be_made_safe(here: Copying) -> None:
    sql = """select a.v || b.v as both
        from (select '=x' collate "C" as v) as a, (select 'y' collate "POSIX" as v) as b"""

    asked = await here.composed(sql)

    assert await here.file("csv", asked, CsvOptions(spreadsheet_safe=True)) == b"both\n'=xy\n"
    assert await here.file("ndjson", asked) == b'{"both":"=xy"}\n'


async def test_each_text_is_made_once(here: Copying) -> None:
    asked = await here.composed("select '=' || random()::text as a from generate_series(1, 50)")

    file = await here.file("csv", asked, CsvOptions(spreadsheet_safe=True))

    assert len(set(file.splitlines()[1:])) == 50
    assert all(line.startswith(b"'=0.") for line in file.splitlines()[1:])
