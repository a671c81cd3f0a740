"""Every type is printed as psql prints it, by every form of the statement; psql is the oracle."""

import subprocess
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import asyncpg
import pytest

from app.catalog.describing import describe_report
from app.catalog.query import Query
from app.catalog.report import Description, Report
from app.catalog.statement import Composition, compose
from app.database.session import PRINTING, Session, reading_transaction
from tests.postgres import Cluster

SESSION = Session(timeout=30, timezone="UTC", name="types")

TYPES = """
create type mood as enum ('sad', 'ok');
create type pair as (a integer, b text, c boolean);
create type textrange as range (subtype = text);
create domain positive as integer check (value > 0);
create domain yes as boolean;
create domain surely as yes;
create domain code as char(5);
create function printed(mood) returns text language sql immutable as $$ select 'cast' $$;
create cast (mood as text) with function printed(mood);
"""

VALUES = """
true
false::surely
null::boolean
'{t,f,null}'::boolean[]
'ab'::char(5)
'ab'::code
'{ab}'::char(5)[]
'ab '::varchar(5)
''
null::text
'abc'::name
'a'::"char"
'\\200'::"char"
(-32768)::smallint
9007199254740993
'-9223372036854775808'::bigint
1.10
12345678901234567890.12345678901234567890
'NaN'::numeric
'Infinity'::numeric
1e-20::numeric
0.1::real
'NaN'::float4
0.1::float8
'-Infinity'::float8
1e22::float8
12.34::money
'-1234567.5'::money
date 'infinity'
date '-infinity'
date '0044-03-15 BC'
date '99999-01-01'
time '24:00:00'
time '12:00:00.123456'
timetz '12:00+02'
timestamp '294276-12-31'
timestamp 'infinity'
timestamptz '2013-06-01 12:00+05'
timestamptz '0044-03-15 BC'
interval '1 mon'
interval '1 year 2 mons 3 days -4:05:06.7'
interval '-1 day'
int4range(1, 5)
'empty'::int4range
numrange(null, 1.50)
'["a b","c"]'::textrange
'{[1,2),[5,6)}'::int4multirange
'[0:2]={1,null,3}'::integer[]
'{{1,2},{3,4}}'::integer[]
array['a b', null, 'null', '', 'c"d\\e']
'{NaN,1}'::float8[]
'{}'::text[]
'{"a": 1.10,  "a":2}'::json
json '"\\ud800"'
'{"b": 1.10, "a": [1, null]}'::jsonb
'\\x00ff10'::bytea
''::bytea
'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid
inet '10.0.0.1'
inet '10.0.0.1/24'
inet '::1'
cidr '10.0.0.0/8'
macaddr '08:00:2b:01:02:03'
macaddr8 '08:00:2b:01:02:03:04:05'
B'101'
B'101'::bit varying
point(1, 2.5)
'[(1,2),(3,4)]'::lseg
'(1,2),(3,4)'::box
'<(1,2),3>'::circle
'(1,2)'::tid
'16/B374D848'::pg_lsn
'5'::xid
'5'::xid8
'10:20:10,14,15'::pg_snapshot
1::oid
'pg_class'::regclass
'integer'::regtype
'1 2 3'::int2vector
row(1, null, 'x y', true)
row(null, null, null)::pair
row(1, 'a,"b', true)::pair
array[row(1, 'a', true)::pair]
null::pair
'ok'::mood
'{ok,sad}'::mood[]
5::positive
'{5}'::positive[]
to_tsvector('simple', 'a fat cat''s')
'a & b'::tsquery
'$.a[*]'::jsonpath
chr(1) || chr(9) || chr(127) || chr(8232) || chr(65279) || chr(1114109)
'<script>' || 'é😀שלום' || chr(8238)
E'a\\nb\\r\\nc\\\\N'
pg_sleep(0)
'{=r/postgres}'::aclitem[]
""".strip().split("\n")

XML = [
    "'<a>1</a>'::xml",
    """'<?xml version="1.0" encoding="UTF-8"?><a/>'::xml""",
    """'<?xml version="1.0" standalone="yes"?><a/>'::xml""",
]

FIELD, ROW, NULL = "\x1e", "\x1d", "\x1c"


def report(values: Sequence[str]) -> Report:
    return Report(name="types", title="Types", sql=f"select {', '.join(values)} -- all")


class Asked(NamedTuple):
    """One report of all values, described and composed on the connection."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    description: Description
    composition: Composition
    printed: list[str | None]


def psql(cluster: Cluster, url: str, sql: str) -> list[str | None]:
    """The one row that psql prints."""
    options = " ".join(f"-c{name}={value.replace(' ', '')}" for name, value in PRINTING.items())
    form = ["-XAtq", f"-F{FIELD}", f"-R{ROW}", f"-Pnull={NULL}"]
    done = subprocess.run(
        [cluster.binaries / "psql", url, *form, "-c", sql],
        env={"PGOPTIONS": f"{options} -cTimeZone=UTC"},
        capture_output=True,
        check=True,
        timeout=15,
    )
    cells = done.stdout.decode().removesuffix("\n").split(FIELD)
    return [None if cell == NULL else cell for cell in cells]


async def ask(cluster: Cluster, url: str, values: Sequence[str]) -> AsyncIterator[Asked]:
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        async with reading_transaction(connection, SESSION):
            asked = report(values)
            description = await describe_report(connection, asked)
            composition = compose(asked, description, Query())
            yield Asked(connection, description, composition, psql(cluster, url, asked.sql))
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def typed_url(shared_database_url: str) -> str:
    return await with_types(shared_database_url)


@pytest.fixture(scope="module")
async def debian_typed_url(debian_database_url: str) -> str:
    return await with_types(debian_database_url)


async def with_types(url: str) -> str:
    connection = await asyncpg.connect(url)
    await connection.execute(TYPES)
    await connection.close()
    return url


@pytest.fixture
async def asked(postgres: Cluster, typed_url: str) -> AsyncIterator[Asked]:
    async for each in ask(postgres, typed_url, VALUES):
        yield each


@pytest.fixture
async def asked_of_debian(debian_postgres: Cluster, debian_typed_url: str) -> AsyncIterator[Asked]:
    """Debian's has libxml, the embedded one has not."""
    async for each in ask(debian_postgres, debian_typed_url, [*VALUES, *XML]):
        yield each


def differences(
    values: Sequence[str], given: Sequence[str | None], printed: Sequence[str | None]
) -> list[str]:
    return [
        f"{value}: {ours!r}, psql prints {theirs!r}"
        for value, ours, theirs in zip(values, given, printed, strict=True)
        if ours != theirs
    ]


async def test_every_value_is_the_text_that_psql_prints(asked: Asked) -> None:
    [row] = await asked.connection.fetch(asked.composition.select())

    assert differences(VALUES, list(row), asked.printed) == []


async def test_a_bounded_row_has_the_same_texts(asked: Asked) -> None:
    [[row]] = await asked.connection.fetch(asked.composition.select_bounded(1_000_000))

    assert row[0] == ""
    assert differences(VALUES, row[1:], asked.printed) == []


async def test_a_cut_row_has_the_beginning_of_every_text(asked: Asked) -> None:
    [row] = await asked.connection.fetch(asked.composition.select(3))
    cut = [
        text[:4] if text and column.variable else text
        for text, column in zip(asked.printed, asked.description.columns, strict=True)
    ]

    assert differences(VALUES, list(row), cut) == []


async def test_an_older_version_and_xml_are_printed_as_by_psql(asked_of_debian: Asked) -> None:
    [row] = await asked_of_debian.connection.fetch(asked_of_debian.composition.select())

    assert differences([*VALUES, *XML], list(row), asked_of_debian.printed) == []
    assert row[-2] == "<a/>"


async def test_what_is_too_large_is_told_by_its_size_and_stays(asked: Asked) -> None:
    [[row]] = await asked.connection.fetch(asked.composition.select_bounded(10))
    sizes = [None if text is None else str(len(text.encode())) for text in asked.printed]

    assert row == ["too_large", *sizes]


async def test_a_value_of_every_type_finds_itself(asked: Asked) -> None:
    """Its text, cast to the column's type, equals it; where the type has no equality: refused."""
    lost: list[str] = []
    for value, column, text in zip(VALUES, asked.description.columns, asked.printed, strict=True):
        if text is not None and column.equality:
            found = await asked.connection.fetchval(
                f"select ({value}) = (($1::text)::{column.cast})", text
            )
            lost += [] if found else [value]

    assert lost == []
