"""Whichever reader reads a run, its rows are the same bytes, and its refusals the same words."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg
import orjson
import pytest

from app.settings import Settings
from tests.printing import TYPES, VALUES
from tests.serving import Served, serving_reports
from tests.sse_client import Event

READERS = ("cursor", "copy")
UNTIMED = 3600.0  # seconds: no chunk ends because its time is up

HOSTILE = r"""
-- title = "Dollars everywhere"
-- total = "none"
-- parameters = [{ name = "given", label = "Given" }, { name = "number", label = "n", default = 1 }]
select '$1' as literal, E'\'$1' as escaped, $x$ $1 $2 $x$ as dollars, 1 as "$1", -- $1
    $1::text as given, /* $2 */ $2::int as number
-- $1"""
ARGUMENTS = [
    "plain",
    "'; drop table victim; --",
    "'); drop table victim; copy (select '1",
    r"\'; drop table victim; --",
    "$2",
    "$x$",
    "\\N",
    "a\tb\nc\rd\ve\x01",
    "{0} %s %(a)s",
    "E'",
]
REPORTS = {
    "many": """
        select i, md5(i::text) as t, nullif(i % 3, 0) as n from generate_series(1, 25001) as i""",
    "wide": """
        select i, case when i > 1500 then repeat('é"\\', 30000) else 'x' end as t
        from generate_series(1, 1600) as i""",
    "controls": """
        select i, chr(i), 'a' || chr(i) || '\\' || chr(i) from generate_series(1, 300) as i""",
    "nulls": r"select null::text, '\N', '', E'\\\\N', null::int, '\N' from generate_series(1, 3)",
    "one_column": "select nullif(i % 2, 0)::text from generate_series(1, 10) as i",
    "empty": "select 1 as one where false",
    "types": "select " + ", ".join(VALUES),
    "too_large": """
        select i, repeat('a', 10), repeat('x', case i when 1300 then 5000000 else 1 end) as large
        from generate_series(1, 1400) as i""",
}

BREAKS = "select i, 1 / (1500 - i) from generate_series(1, 3000) as i"


@pytest.fixture
async def settings(tmp_path: Path, database_url: str) -> Settings:
    connection = await asyncpg.connect(database_url)
    await connection.execute(TYPES)
    await connection.close()
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "breaks.sql").write_text(f'-- title = "breaks"\n{BREAKS}')
    for name, sql in REPORTS.items():
        (reports / f"{name}.sql").write_text(f'-- title = "{name}"\n-- total = "none"\n{sql}')
    (reports / "hostile.sql").write_text(HOSTILE.lstrip())
    return Settings(
        data=tmp_path / "data", reports=reports, database_url=database_url, chunk_delay=UNTIMED
    )


@asynccontextmanager
async def reading_by(settings: Settings, reader: str) -> AsyncGenerator[Served]:
    """A server whose runs are all read by this reader."""
    data = settings.data.with_name(reader)
    async with serving_reports(replace(settings, reader=reader, data=data)) as served:
        yield served


async def told(settings: Settings, path: str) -> list[list[tuple[str, Any]]]:
    """What each reader's run tells, without what differs in every run."""
    both: list[list[tuple[str, Any]]] = []
    for reader in READERS:
        async with reading_by(settings, reader) as served:
            events = await served.events(f"/api/reports/stream/{path}")
            assert reader in next(event.data for event in events if event.type == "columns")
            both.append(untimed(events))
    return both


def untimed(events: Sequence[Event]) -> list[tuple[str, Any]]:
    """Names and data, but for ids, times and the reader; signs of life come when they come."""
    told: list[tuple[str, Any]] = []
    for event in events:
        if event.type == "chunk":
            told.append((event.type, event.data))
        elif event.type != "progress":
            data = orjson.loads(event.data)
            for key in ("run", "created_at", "elapsed_ms", "reader", "reader_reason"):
                data.pop(key, None)
            data.get("error", {}).pop("run", None)
            told.append((event.type, data))
    return told


@pytest.mark.parametrize("report", REPORTS)
async def test_both_readers_tell_the_same(settings: Settings, report: str) -> None:
    cursor, copy = await told(settings, report)

    assert copy == cursor


@pytest.mark.parametrize("value", ARGUMENTS)
async def test_a_hostile_argument_is_a_value_for_both(settings: Settings, value: str) -> None:
    cursor, copy = await told(settings, "hostile?" + urlencode({"given": value}))

    assert copy == cursor
    [rows] = [orjson.loads(str(data))["rows"] for name, data in copy if name == "chunk"]
    assert rows == [["$1", "'$1", " $1 $2 ", "1", value, "1"]]


async def test_both_readers_fail_with_the_same_words(settings: Settings) -> None:
    """What came before the failure in the same fetch, or in the same read, is lost with it."""
    (*_, cursor), (*_, copy) = await told(settings, "breaks")
    errors = [dict[str, dict[str, str]](data)["error"] for _, data in (cursor, copy)]

    assert errors[0] == errors[1]
    assert errors[0]["code"] == "query_failed"
