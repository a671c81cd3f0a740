"""What psql prints: the oracle of every value, and a table of values of every type."""

import subprocess
from collections.abc import Sequence

from app.database.session import PRINTING
from tests.postgres import Cluster

FIELD, ROW, NULL = "\x1e", "\x1d", "\x1c"

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


def psql(cluster: Cluster, url: str, sql: str, *, timezone: str = "UTC") -> list[list[str | None]]:
    """The rows that psql prints; a value may hold line breaks."""
    options = " ".join(f"-c{name}={value.replace(' ', '')}" for name, value in PRINTING.items())
    form = ["-XAtq", f"-F{FIELD}", f"-R{ROW}", f"-Pnull={NULL}"]
    done = subprocess.run(
        [cluster.binaries / "psql", url, *form, "-c", sql],
        env={"PGOPTIONS": f"{options} -cTimeZone={timezone}"},
        capture_output=True,
        check=True,
        timeout=50,
    )
    printed = done.stdout.decode().removesuffix("\n").removesuffix(ROW)
    return [[_value(cell) for cell in row.split(FIELD)] for row in printed.split(ROW)]


def _value(cell: str) -> str | None:
    return None if cell == NULL else cell


def differences(
    values: Sequence[str], given: Sequence[str | None], printed: Sequence[str | None]
) -> list[str]:
    return [
        f"{value}: {ours!r}, psql prints {theirs!r}"
        for value, ours, theirs in zip(values, given, printed, strict=True)
        if ours != theirs
    ]
