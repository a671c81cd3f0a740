"""Whatever an argument, a filter or a search term says, it is a value: both readers read the same.

COPY takes no binds, so there the values stand in the statement's text, where they must not end; so
they do where it prints files.
"""

import csv
import io
from collections.abc import AsyncGenerator, Callable, Sequence

import asyncpg
import orjson
import pytest

from app.exports.textforms import FORMULA_STARTS
from tests.database.conftest import new_database
from tests.postgres import Cluster
from tests.stream.both import Both, both_serving

TABLES = """
create table victim as select 'secret' as word;
create table texts (id int, text text, "odd.""$1""name" text);
create function touched() returns text language sql volatile
    as $$ select 'called' $$;
"""
CONTENT = "select count(*), min(word), (select count(*) from pg_class) from victim"
PARAMETERS = """\
parameters = [{ name = "given", label = "Given" }, { name = "n", label = "n", default = 1 }]"""

# Where a placeholder stands, and where what looks like one does not count.
PLACES = {
    "in literals": r"select '$1' as plain, E'\'$1' as escaped, $1::text as given, $2::int as n",
    "in dollar quotes": "select $x$ $1 $2 $x$, $$ ' $1 $$, $1::text, $2::int",
    "in names": """select 1 as "$1", 2 as "a'$2", $1::text, $2::int""",
    "in comments": """
        select $1::text -- $1 ' it's
            , /* $2 /* nested ' $1 */ $$ */ $2::int
        -- $1""",
    "in unicode escapes": r"""select U&'\0024\0031 $1', U&"\0061$1" from (select 1 as "a$1") as a
        where $1::text is not null and $2::int is not null""",
    "beside words": "select 'x'||$1||'y', 1-$2::int, case when $1=''then''else($1)end",
    "many times": f"select {', '.join(['$1::text', '$2::int'] * 50)}",
    "in a CTE": "with a as materialized (select $1::text as t) select t, $2::int from a",
    "in a bit string": "select B'101', X'1F', N'$1', $1::text, $2::int",
    "over two lines": "select 'a'\n'$1', $1::text, $2::int",
}
HOSTILE = {
    "plain": "plain",
    "empty": "",
    "a second statement": "'; drop table victim; --",
    "after COPY": "') to stdout; drop table victim; --",
    "into a program": "') to program 'touch /nowhere/at/all'; --",
    "a second select": "'); drop table victim; copy (select '1",
    "a backslash before": r"\'; drop table victim; --",
    "only a backslash": "\\",
    "two backslashes": r"\\' or '1'='1",
    "another read": "' || (select word from victim) || '",
    "a union": "' union all select word from victim --",
    "a function": "'||touched()||'",
    "a placeholder": "$2",
    "a dollar quote": "$x$",
    "dollars": "$$ || version() || $$",
    "escape string": "E'",
    "unicode escape": r"\0027; drop table victim; --",
    "unicode string": "U&'",
    "comment begin": "/*",
    "comment end": "*/ drop",
    "a line comment": "-- \n; drop table victim",
    "null": "null",
    "null of COPY": r"\N",
    "end of COPY": r"\.",
    "controls": "a\tb\nc\rd\ve\x01\x1f\x7f",
    "format": "{0} %s %(a)s {query}",
    "quotes": "''' \"\" `",
    "other quotes": "\u02bc \uff07 \u2019",
    "beyond the BMP": "😀\U0010ffff",
    "separators": "\u2028\u2029\u0085\ufeff",
    "combining": "e\u0301",
    "long": "'\\" * 2_000,
}
ENDING = [
    value for value in HOSTILE.values() if set(value) & set("'\\$")
]  # literals, or so they hope
SEARCHED = """
select * from texts where $1::text is not null and $2::int is not null order by id"""
NUMBERS = ["1; drop table victim", "1) or (1=1", "1::int", "' ", "0x1F'", "1 -- ", "$1", "\\"]


Texts = Sequence[Sequence[str | None]]


def csv_rows(content: bytes) -> Texts:
    _, *rows = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    return rows


def json_rows(content: bytes) -> Texts:
    return [[str(value) for value in row.values()] for row in orjson.loads(content)]


def ndjson_rows(content: bytes) -> Texts:
    return json_rows(b"[" + b",".join(content.splitlines()) + b"]")


def shown(form: str, text: str | None) -> str:
    """How a value stands in such a file; none here is NULL, and the numbers are small."""
    assert text is not None
    is_number = text.removeprefix("-").isdigit()
    live = form == "safe csv" and text[:1] and text[0] in FORMULA_STARTS and not is_number
    return f"'{text}" if live else text


# Extension, further keys of the query string, and what reads the rows back.
FILES: dict[str, tuple[str, dict[str, str], Callable[[bytes], Texts]]] = {
    "csv": ("csv", {}, csv_rows),
    "safe csv": ("csv", {"spreadsheet_safe": "yes"}, csv_rows),
    "json": ("json", {}, json_rows),
    "ndjson": ("ndjson", {}, ndjson_rows),
}


@pytest.fixture(scope="module")
async def url(postgres: Cluster) -> AsyncGenerator[str]:
    async with new_database(postgres) as made:
        connection = await asyncpg.connect(made)
        await connection.execute(TABLES)
        rows = [(number, text, text[::-1]) for number, text in enumerate(HOSTILE.values())]
        await connection.copy_records_to_table("texts", records=rows)
        await connection.close()
        yield made


@pytest.fixture(scope="module")
async def both(url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Both]:
    async with both_serving(tmp_path_factory.mktemp("hostile"), url) as served:
        for name, sql in PLACES.items():
            served.write(name.replace(" ", "_"), sql, PARAMETERS)
        served.write("searched", SEARCHED, PARAMETERS)
        yield served


@pytest.fixture(autouse=True)
async def unchanged(url: str) -> AsyncGenerator[None]:
    """The victim, and all that is in the catalog, are the same before and after."""
    connection = await asyncpg.connect(url)
    before = await connection.fetch(CONTENT)
    yield
    assert await connection.fetch(CONTENT) == before
    await connection.close()


@pytest.mark.parametrize("place", PLACES)
async def test_a_hostile_argument_is_a_value_wherever_it_stands(both: Both, place: str) -> None:
    for value in ENDING:
        [row] = await both.rows(place.replace(" ", "_"), given=value, n="7")
        assert "secret" not in row
        assert any(value in (text or "") for text in row) or place == "in unicode escapes"


@pytest.mark.parametrize("place", PLACES)
async def test_a_hostile_argument_is_a_value_in_every_file(both: Both, place: str) -> None:
    report = place.replace(" ", "_")
    for value in ENDING:
        given = {"given": value, "n": "7"}
        rows = await both.rows(report, **given)
        for form, (extension, keys, read) in FILES.items():
            path = f"/api/reports/{report}/rows.{extension}"
            answer = await both.served[0].client.get(path, params={**given, **keys})
            assert answer.status_code == 200, answer.text
            assert read(answer.content) == [[shown(form, text) for text in row] for row in rows]


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_filter_finds_what_is_equal_to_it(both: Both, value: str) -> None:
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    equal = await both.rows("searched", given="a", where=f"text.in.({quoted})")
    compared = await both.rows("searched", given="a", where=f"text.eq.{value}")

    assert [row[1] for row in equal] == [row[1] for row in compared] == [value]


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_search_finds_what_contains_it(both: Both, value: str) -> None:
    found = await both.rows("searched", given="a", **({"search": value} if value else {}))

    assert value in [row[1] for row in found]
    assert all(value.lower() in f"{row[1]} {row[2]}".lower() for row in found)


@pytest.mark.parametrize("value", NUMBERS)
async def test_what_is_no_number_is_refused_in_the_same_words(both: Both, value: str) -> None:
    refused = await both.refused("in_literals", given="a", n=value)
    filtered = await both.refused("searched", given="a", where=f"id.eq.{value}")

    assert (refused["code"], filtered["code"]) == ("invalid_argument", "invalid_argument")


async def test_a_null_byte_is_refused_in_the_same_words(both: Both) -> None:
    refused = await both.refused("in_literals", given="a\0b")

    assert refused["code"] == "invalid_argument"


async def test_an_odd_column_is_chosen_filtered_and_sorted_by_its_name(both: Both) -> None:
    name = 'odd."$1"name'
    rows = await both.rows("searched", given="$1", columns="id", where="id.lt.3", order="id.desc")
    refused = await both.refused("searched", given="a", columns='id) from victim; --"')

    assert rows == [["2"], ["1"], ["0"]]
    assert refused["code"] == "invalid_argument"
    quoted = '"' + name.replace('"', '\\"') + '"'
    assert len(await both.rows("searched", given="a", columns=quoted, limit="3")) == 3
