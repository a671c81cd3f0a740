"""`rowstream export`: a report into a file, in one go or not at all."""

import asyncio
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import asyncpg
import orjson
import pytest

from app.errors import InvalidArgument, NotFound, QueryFailed, StartupError
from app.exports.commandline import Wanted, Written, export
from app.exports.progress_bar import Records
from app.settings import Settings
from tests.http.test_downloads import psql_copy
from tests.parquet_reader import parquet_reader
from tests.postgres import Cluster

# In the list of columns: from a FROM all numbers would be made before the first row.
LONG = """-- title = "Long"
select i as n, repeat('x', 1000) as text from (select generate_series(1, 100000000) as i) as n
"""
ACTIVE = "select count(*) from pg_stat_activity where application_name = 'rowstream export'"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    assert settings.reports is not None
    (settings.reports / "long.sql").write_text(LONG)
    return settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


def wanted(report: str, path: Path, *params: str, force: bool = False) -> Wanted:
    return Wanted.of(report, form=None, output=str(path), params=params, force=force)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_csv_is_psqls_byte_for_byte(
    settings: Settings, folder: Path, postgres: Cluster
) -> None:
    written = await export(settings, wanted("difficult", folder / "a.csv"))

    file = (folder / "a.csv").read_bytes()
    assert file == psql_copy(postgres, "difficult")
    assert written == Written(rows=5, bytes=len(file))


async def test_every_format_has_every_row(settings: Settings, folder: Path) -> None:
    for form in ("csv", "json", "ndjson", "xlsx", "parquet"):
        path = folder / f"a.{form}"
        written = await export(settings, wanted("numbers", path, "n=1500"))
        assert written == Written(1500, path.stat().st_size), form

    rows = orjson.loads((folder / "a.json").read_bytes())
    assert rows[-1] == {"number": 1500, "text": "row 1500", "nothing": None}
    with parquet_reader() as reader:
        assert reader.rows(folder / "a.parquet") == [tuple(row.values()) for row in rows]
    assert list(map(orjson.loads, (folder / "a.ndjson").read_bytes().splitlines())) == rows
    assert "xl/workbook.xml" in ZipFile(folder / "a.xlsx").namelist()


async def test_params_are_the_keys_of_a_query_string(settings: Settings, folder: Path) -> None:
    params = ["n=9", "where=number.gt.5", "where=number.neq.7", "columns=number", "delimiter=;"]
    await export(settings, wanted("numbers", folder / "a.csv", *params, "order=number.desc"))

    assert (folder / "a.csv").read_text() == "number\n9\n8\n6\n"


@pytest.mark.parametrize(
    ("report", "params", "error"),
    [
        ("nope", [], NotFound),
        ("numbers", ["n=x"], InvalidArgument),
        ("numbers", ["m=1"], InvalidArgument),
        ("numbers", ["delimiter=ab"], InvalidArgument),
        ("numbers", ["where=nope.eq.1"], InvalidArgument),
        ("breaks", [], QueryFailed),
    ],
)
async def test_what_cannot_be_leaves_nothing(
    settings: Settings, folder: Path, report: str, params: Sequence[str], error: type[Exception]
) -> None:
    for form in ("csv", "json", "parquet"):
        with pytest.raises(error):
            await export(settings, wanted(report, folder / f"a.{form}", *params))

    assert names(folder) == []


async def test_a_file_is_replaced_only_by_force(settings: Settings, folder: Path) -> None:
    path = folder / "a.csv"
    path.write_text("mine")
    with pytest.raises(StartupError, match="--force"):
        await export(settings, wanted("empty", path))
    with pytest.raises(QueryFailed):
        await export(settings, wanted("breaks", path, force=True))
    assert path.read_text() == "mine"

    await export(settings, wanted("empty", path, force=True))

    assert path.read_text() == "one\n"
    assert names(folder) == ["a.csv"]


async def test_what_is_no_file_is_never_replaced(settings: Settings, folder: Path) -> None:
    for path in (folder, Path("/dev/null")):
        with pytest.raises(StartupError, match="not a file"):
            await export(settings, wanted("empty", path, force=True))
    with pytest.raises(StartupError, match="no folder"):
        await export(settings, wanted("empty", folder / "no" / "a.csv"))


async def test_a_link_stays_one_and_its_file_is_replaced(settings: Settings, folder: Path) -> None:
    (folder / "real.csv").write_text("mine")
    (folder / "link.csv").symlink_to("real.csv")

    await export(settings, wanted("empty", folder / "link.csv", force=True))

    assert (folder / "link.csv").is_symlink()
    assert (folder / "real.csv").read_text() == "one\n"


async def test_a_cancellation_leaves_nothing(
    settings: Settings, folder: Path, database_url: str
) -> None:
    database = await asyncpg.connect(database_url)
    for form in ("csv", "xlsx", "parquet"):
        exporting = asyncio.create_task(export(settings, wanted("long", folder / f"a.{form}")))
        async with asyncio.timeout(20):
            while not names(folder):  # noqa: ASYNC110  (a folder tells nobody)
                await asyncio.sleep(0.01)
        exporting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await exporting
        assert names(folder) == []
    assert await database.fetchval(ACTIVE) == 0
    await database.close()


def test_the_format_is_that_of_the_files_name() -> None:
    forms = [wanted("any", Path(f"a.{end}")).form for end in ("JSON", "parquet", "txt", "")]

    assert forms == ["json", "parquet", "csv", "csv"]


@pytest.mark.parametrize(
    ("form", "output", "param"),
    [("xlsx", "-", "a=1"), ("csv", "-", "a"), ("csv", "-", "=1"), ("pdf", "-", "a=1")],
)
def test_what_was_typed_wrongly_is_refused(form: str, output: str, param: str) -> None:
    with pytest.raises((StartupError, InvalidArgument)):
        Wanted.of("any", form=form, output=output, params=[param], force=False)


def test_records_are_counted_however_the_data_are_cut() -> None:
    text = io.StringIO()
    rows = [["a", 'b"\n"'], ["", "\n\n"], ['"', "c"]]
    csv.writer(text, lineterminator="\n").writerows(rows)
    data = text.getvalue().encode()

    for size in range(1, len(data)):
        records = Records('"')
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert sum(map(records.ended, pieces)) == len(rows)
