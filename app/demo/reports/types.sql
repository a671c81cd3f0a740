-- title = "Types"
-- description = "Values that other tools round, lose or refuse, as PostgreSQL prints them."
select
    9007199254740993 as int8,
    12345678901234567890.123456789 as numeric,
    1.10 as scale,
    'NaN'::float8 as not_a_number,
    '-Infinity'::float8 as minus_infinity,
    0.1::real as real,
    true as yes,
    date 'infinity' as for_ever,
    date '0044-03-15 BC' as ides_of_march,
    time '24:00' as midnight,
    interval '1 year 2 months 3 days 04:05:06.7' as interval,
    timestamptz '2024-02-29 12:00:00+00' as moment,
    '{"b": 1, "a": [1.10, null]}'::json as json,
    '\x00ff10'::bytea as bytes,
    inet '192.168.0.1/24' as address,
    int4range(1, 10) as range,
    array['a', null, 'NULL', '"quoted"'] as texts,
    'x'::char(3) as padded,
    row(1, 'two', null) as record,
    gen as uuid
from (values ('00000000-0000-4000-8000-000000000001'::uuid)) as one(gen)
