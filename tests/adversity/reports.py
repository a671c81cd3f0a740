"""The reports that the tests of adversity run: large, wide, slow, or broken half-way."""

from collections.abc import Mapping
from pathlib import Path

# COPY delivers 8 KB at a time: rows of this size are shown by it after eight of them, not 600.
PADDING = "repeat('.', 1000) as padding"
WIDE = "repeat(md5(i::text), 31250)"  # 1 MB, another one in each row

REPORTS = {
    "narrow": """
-- parameters = [{ name = "n", label = "How many", default = 1000 }]
select generate_series(1, $1::int) as i
""",
    "uncounted": """
-- total = "none"
-- parameters = [{ name = "n", label = "How many", default = 1000 }]
select generate_series(1, $1::int) as i
""",
    "wide": f"""
-- parameters = [{{ name = "n", label = "How many", default = 3000 }}]
select i, {WIDE} as wide from generate_series(1, $1::int) as i
""",
    "turning": f"""
-- parameters = [{{ name = "n", label = "How many", default = 20200 }}]
select i, case when i > 20000 then {WIDE} else 'narrow' end as text
from (select generate_series(1, $1::int) as i) as n
""",
    "huge": """
-- parameters = [
--   { name = "bytes", label = "Bytes of the last value", default = 200000000 },
--   { name = "n", label = "Rows before it", default = 1500 },
-- ]
select i, repeat('x', case when i > $2::int then $1::int else 1 end) as value
from (select generate_series(1, $2::int + 1) as i) as n
""",
    "columns": """
-- parameters = [
--   { name = "bytes", label = "Bytes of each value", default = 400000 },
--   { name = "n", label = "How many", default = 100 },
-- ]
select i, a, a, a, a, a, a, a, a, a, a
from (select i, repeat('x', $1::int) as a from generate_series(1, $2::int) as i) as n
""",
    "cells": """
-- parameters = [{ name = "characters", label = "Wide characters of each value", default = 1000 }]
select i, a, a, a, a, a, a, a, a, a, a
from (select i, repeat(chr(128512), $1::int) as a from generate_series(1, 3) as i) as n
""",
    "emoji": """
-- parameters = [{ name = "n", label = "How many", default = 60 }]
select i, repeat('x', 4000000) || chr(128512) as one_wide_character
from generate_series(1, $1::int) as i
""",
    "control": """
-- parameters = [{ name = "n", label = "How many", default = 30 }]
select i, repeat(chr(1), 4000000) as six_bytes_of_json_each
from generate_series(1, $1::int) as i
""",
    "sized": """
-- parameters = [
--   { name = "characters", label = "Characters of each value", default = 4000 },
--   { name = "code", label = "Code point of the characters", default = 128512 },
--   { name = "n", label = "How many", default = 10000 },
-- ]
select i, repeat(chr($2::int), $1::int) as text from generate_series(1, $3::int) as i
""",
    "after_one": """
-- parameters = [{ name = "n", label = "How many", default = 50000 }]
select i, case when i = 1 then repeat('x', 1000000) else 'narrow' end as text
from (select generate_series(1, $1::int) as i) as n
""",
    "volatile": """
-- parameters = [{ name = "n", label = "How many", default = 50000 }]
select i, clock_timestamp()::text as text from (select generate_series(1, $1::int) as i) as n
""",
    "paced": f"""
-- parameters = [{{ name = "seconds", label = "Seconds per row", default = 0.01 }}]
select i, pg_sleep($1::float8)::text as slept, {PADDING} from generate_series(1, 5000) as i
""",
    "sorting": """
-- total = "none"
-- parameters = [{ name = "seconds", label = "Seconds before the first row", default = 5 }]
select i, slept from (
    select i, pg_sleep($1::float8 / 10)::text as slept from generate_series(1, 10) as i
) as n order by i desc
""",
    "sorted": """
-- total = "none"
-- parameters = [{ name = "n", label = "How many", default = 3000000 }]
select md5(i::text) as hash from generate_series(1, $1::int) as i order by 1
""",
    "stumbling": f"""
-- parameters = [{{ name = "seconds", label = "Seconds at row 3,001", default = 5 }}]
select i, (select pg_sleep($1::float8) where i = 3001)::text as slept, {PADDING}
from (select generate_series(1, 4000) as i) as n
""",
    "lasting": f"""
-- parameters = [{{ name = "n", label = "Rows before it stops to bring any", default = 2500 }}]
select i, (select pg_sleep(60) where i > $1::int)::text as slept, {PADDING}
from (select generate_series(1, $1::int + 1) as i) as n
""",
    "spilling": """
-- total = "none"
select i, repeat(md5(i::text), 10) as text from (
    select i from generate_series(1, 300000) as i order by md5(i::text)
) as n
""",
    "incompressible": """
-- total = "none"
-- parameters = [{ name = "n", label = "How many", default = 20000 }]
select i, (select string_agg(md5((i * 40 + j)::text), '') from generate_series(1, 32) as j) as text
from (select generate_series(1, $1::int) as i) as n
""",
    "growing": """
-- total = "none"
select i, (select string_agg(md5((i * 40 + j)::text), '') from generate_series(1, 32) as j) as text,
    pg_sleep(0.001)::text as slept
from (select generate_series(1, 20000) as i) as n
""",
    "dividing": """
select i, 1 / (1500 - i) as quotient from (select generate_series(1, 3000) as i) as n
""",
}


def write_reports(folder: Path, reports: Mapping[str, str] = REPORTS) -> Path:
    """The reports as files of a new folder."""
    folder.mkdir()
    for name, text in reports.items():
        (folder / f"{name}.sql").write_text(text.lstrip())
    return folder
