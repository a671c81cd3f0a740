"""Whatever a database or a role is set to, both readers tell the same, and values stay values."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.postgres import Cluster
from tests.stream.both import Both, both_serving

GIVEN = 'parameters = [{ name = "given", label = "Given" }]'
# With standard_conforming_strings off all of the second line would be a literal, `$1` in it too.
BACKSLASH = r"""
select '\' as a, $1::text as b --'
    , $1::text as c, E'\\' as d, U&'\0061' as e, 'é' as f
"""
HOSTILE = ["' as a, version() --", r"\' as a, version() --", "\\", "'", "$1", r"\047", "é"]
SETTINGS = {
    "standard_conforming_strings": "off",
    "backslash_quote": "on",
    "escape_string_warning": "off",
    "client_encoding": "LATIN1",
    "quote_all_identifiers": "on",
    "DateStyle": "German, DMY",
    "IntervalStyle": "iso_8601",
    "bytea_output": "escape",
    "extra_float_digits": "-5",
    "xmloption": "content",
    "search_path": "pg_temp",
    "default_transaction_read_only": "off",
    "jit": "off",
}
PRINTED = """
select date '2013-02-01', interval '1 day 2 hours', '\\x00ff'::bytea, 0.1::float8 + 0.2, $1::text
"""
PRINTED_BY_PSQL = ["2013-02-01", "1 day 02:00:00", "\\x00ff", "0.30000000000000004", "given"]
# One byte above 127, as a database without an encoding and one of another may hold it.
LATIN = "select i, chr(i) as letter, '\\N' || chr(i) from generate_series(32, 255) as i"
ASCII = "select i, chr(i) as letter, '\\' || chr(i) from generate_series(1, 127) as i"


@asynccontextmanager
async def set_so(cluster: Cluster, whose: str) -> AsyncGenerator[str]:
    """A database, or a role, with all of the settings."""
    name = f"set_{secrets.token_hex(4)}"
    made = await asyncpg.connect(cluster.url())
    role = f"create role {name} superuser login password '{cluster.password}'"
    for statement in (f"create database {name}", role):
        await made.execute(statement)
    for key, value in SETTINGS.items():
        await made.execute(f"alter {whose} {name} set {key} = {value}")
    try:
        yield cluster.url(database=name, user=name)
    finally:
        await made.execute(f"drop database {name} with (force)")
        await made.execute(f"drop role {name}")
        await made.close()


@asynccontextmanager
async def encoded(cluster: Cluster, encoding: str) -> AsyncGenerator[str]:
    """A database of this encoding."""
    name = f"coded_{secrets.token_hex(4)}"
    made = await asyncpg.connect(cluster.url())
    how = f"template template0 encoding '{encoding}' locale 'C'"
    await made.execute(f"create database {name} {how}")
    try:
        yield cluster.url(database=name)
    finally:
        await made.execute(f"drop database {name} with (force)")
        await made.close()


@pytest.fixture
async def state_url(database_url: str) -> str:
    """The state is elsewhere: what is tested is the database that is read."""
    return database_url


@pytest.fixture(params=["database", "role"])
async def set_otherwise(
    request: pytest.FixtureRequest, postgres: Cluster, tmp_path: Path, state_url: str
) -> AsyncGenerator[Both]:
    """Servers that read as a role, or in a database, with settings of its own."""
    async with (
        set_so(postgres, str(request.param)) as url,
        both_serving(tmp_path, url, state_url=state_url) as both,
    ):
        both.write("backslash", BACKSLASH, GIVEN)
        both.write("printed", PRINTED, GIVEN)
        yield both


async def test_settings_of_a_database_or_a_role_change_no_value(set_otherwise: Both) -> None:
    assert await set_otherwise.rows("printed", given="given") == [PRINTED_BY_PSQL]
    for value in HOSTILE:
        rows = await set_otherwise.rows("backslash", given=value)
        assert rows == [["\\", value, value, "\\", "a", "é"]]


@pytest.mark.parametrize("encoding", ["LATIN1", "WIN1252", "EUC_JP"])
async def test_a_database_of_another_encoding_is_read_the_same(
    postgres: Cluster, tmp_path: Path, state_url: str, encoding: str
) -> None:
    async with (
        encoded(postgres, encoding) as url,
        both_serving(tmp_path, url, state_url=state_url) as both,
    ):
        both.write("letters", ASCII if encoding == "EUC_JP" else LATIN)
        both.write("given", "select $1::text as given", GIVEN)
        letters = await both.rows("letters", search="a")
        refused = await both.refused("given", given="😀")

        assert {"a", "A"} <= {row[1] for row in letters}
        for value in ("é" if encoding != "EUC_JP" else "日本", r"'\' || version()"):
            assert await both.rows("given", given=value) == [[value]]
    assert refused["code"] in ("invalid_argument", "query_failed")


async def test_a_database_without_an_encoding_is_read_the_same(
    postgres: Cluster, tmp_path: Path, state_url: str
) -> None:
    async with (
        encoded(postgres, "SQL_ASCII") as url,
        both_serving(tmp_path, url, state_url=state_url) as both,
    ):
        both.write("letters", ASCII)
        both.write("given", "select $1::text as given", GIVEN)
        assert len(await both.rows("letters")) == 127
        for value in ("é", "😀", r"'\' || version()"):
            assert await both.rows("given", given=value) == [[value]]


async def test_bytes_that_are_no_text_end_the_run_the_same(
    postgres: Cluster, tmp_path: Path, state_url: str
) -> None:
    """A database without an encoding keeps whatever it is given."""
    async with (
        encoded(postgres, "SQL_ASCII") as url,
        both_serving(tmp_path, url, state_url=state_url) as both,
    ):
        both.write("bytes", r"select convert_from('\x61e962'::bytea, 'SQL_ASCII') as bytes")
        answers = [await one.client.get("/api/reports/stream/bytes") for one in both.served]

    assert [answer.text.count("event: completed") for answer in answers] == [0, 0]
