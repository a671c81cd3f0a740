"""The catalog on a real database: what there is to run, what it takes, what is wrong with it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest

from app.catalog.catalog import Catalog
from app.catalog.query import Query, parse_query
from app.database.pool import Database
from app.errors import DatabaseBusy, DatabaseUnavailable, InvalidArgument, NotFound, ReportBroken
from tests.postgres import Cluster

SCHEMA = """
create schema shop;
create type shop.size as enum ('small', 'large');
create table shop.orders (id integer, day date, size shop.size);
comment on table shop.orders is 'Every order there is.';
create view shop.large as select * from shop.orders where size = 'large';
create table shop.parts (id integer) partition by range (id);
create table shop.parts_1 partition of shop.parts for values from (1) to (2);
create table shop."odd name" (id integer);
create table shop."Mixed" (id integer);
create table shop.locked (id integer);
create schema hidden;
create table hidden.secret (id integer);
"""
ORDERS = """\
-- title = "Orders"
-- parameters = [
--   { name = "since", label = "Since", default = "2013-01-01" },
--   { name = "size", options = "values ('small', 'Small'), ('large', null)" },
-- ]
-- labels = { day = "Day" }
select * from shop.orders where day >= $1 and size = $2::text::shop.size
"""
BROKEN = {
    "syntax": ("select 1\nfrom a b c", "syntax.sql:2: PostgreSQL does not read this"),
    "missing": ("-- title = 'x'\nselect 1,\n  nope\nfrom shop.orders", "missing.sql:3: column"),
    "rights": ("select * from shop.locked", "rights.sql:1: permission denied for table locked"),
    "default": (
        "-- parameters = [\n--   { name = 'day', default = 'soon' }]\n"
        "select * from shop.orders where day = $1",
        "default.sql:2: The default does not parse. The parameter 'day' takes a value of type date",
    ),
    "options": (
        "-- parameters = [\n--   { name = 'a', default = 1, options = 'select x from nope' }]\n"
        "select $1::int",
        "options.sql:2: The options of 'a': relation \"nope\" does not exist",
    ),
    "empty": ("select from shop.orders", "empty.sql:1: The report has no columns."),
    "several": (
        "-- parameters = [{ name = 'a', default = 1, options = 'select 1, 2, 3' }]\nselect $1::int",
        "several.sql:1: The options of 'a': Options have one column",
    ),
}


@pytest.fixture
async def database(database_url: str, postgres: Cluster) -> AsyncIterator[Database]:
    """Reports are read as a role that is no superuser and may not read `shop.locked`."""
    role = database_url.rsplit("_", 1)[-1]
    connection = await asyncpg.connect(database_url)
    await connection.execute(SCHEMA)
    await connection.execute(
        f"create role reader_{role} login password '{postgres.password}';"
        f"grant usage on schema shop to reader_{role};"
        f"grant select on all tables in schema shop to reader_{role};"
        f"revoke select on shop.locked from reader_{role}"
    )
    reading = database_url.replace("//postgres:", f"//reader_{role}:")
    async with Database(
        reading_url=reading, state_url=database_url, reading_connections=2
    ) as opened:
        yield opened
    await connection.execute(f"drop owned by reader_{role}; drop role reader_{role}")
    await connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orders.sql").write_text(ORDERS)
    return tmp_path


@pytest.fixture
def catalog(database: Database, folder: Path) -> Catalog:
    return Catalog(database, folder=folder, schemas=("shop",))


async def test_files_and_exposed_tables_are_reports(catalog: Catalog) -> None:
    assert [each.name for each in await catalog.reports()] == [
        "orders",
        "shop.Mixed",
        "shop.large",
        "shop.locked",
        "shop.orders",
        "shop.parts",
    ]


async def test_an_exposed_table_is_described_by_its_comment(catalog: Catalog) -> None:
    report = await catalog.report("shop.orders")

    assert (report.title, report.description) == ("orders", "Every order there is.")
    assert report.sql == "select * from shop.orders"


async def test_a_table_with_an_odd_case_can_be_described(catalog: Catalog) -> None:
    description = await catalog.describe(await catalog.report("shop.Mixed"))

    assert [each.name for each in description.columns] == ["id"]


@pytest.mark.parametrize("name", ["nope", "hidden.secret", "shop.odd name", "shop.parts_1", ""])
async def test_what_there_is_not_is_not_found(catalog: Catalog, name: str) -> None:
    with pytest.raises(NotFound):
        await catalog.report(name)


async def test_what_may_come_is_told_from_what_cannot(database: Database, catalog: Catalog) -> None:
    tables_alone = Catalog(database, schemas=("shop",))

    assert [catalog.may_have(each) for each in ("nope", "any.thing", "no/name")] == [
        *(True, True, False)
    ]
    assert [tables_alone.may_have(each) for each in ("shop.new", "nope")] == [True, False]
    assert not Catalog(database).may_have("nope")


async def test_a_broken_file_is_said_to_be_broken_and_only_that(
    catalog: Catalog, folder: Path
) -> None:
    (folder / "bad.sql").write_text("delete from shop.orders")

    with pytest.raises(ReportBroken, match="'bad' has a mistake"):
        await catalog.report("bad")
    assert (await catalog.report("orders")).title == "Orders"


async def test_the_list_has_what_a_catalog_page_shows(catalog: Catalog) -> None:
    listed = cast("list[dict[str, Any]]", await catalog.list_json())

    assert listed[0] == {
        "name": "orders",
        "title": "Orders",
        "description": "",
        "parameters": [
            {"name": "since", "label": "Since", "default": "2013-01-01", "required": False},
            {"name": "size", "label": "Size", "default": None, "required": True},
        ],
    }


async def test_one_report_has_what_a_form_is_built_from(catalog: Catalog) -> None:
    shown = cast("dict[str, Any]", await catalog.report_json(await catalog.report("orders")))

    assert [each["type"] for each in shown["parameters"]] == ["date", "text"]
    assert [each["options"] for each in shown["parameters"]] == [
        None,
        [{"value": "small", "label": "Small"}, {"value": "large", "label": "large"}],
    ]
    assert shown["columns"] == [
        {"name": "id", "type": "integer", "label": "id"},
        {"name": "day", "type": "date", "label": "Day"},
        {"name": "size", "type": "shop.size", "label": "size"},
    ]


async def test_options_that_cannot_be_read_leave_a_field_to_type_in(
    catalog: Catalog, folder: Path
) -> None:
    text = "-- parameters = [{ name = 'a', options = 'select * from nope' }]\nselect $1::int"
    (folder / "typed.sql").write_text(text)

    assert await catalog.options(await catalog.report("typed")) == {"a": None}


async def test_at_most_a_thousand_options_are_offered(catalog: Catalog, folder: Path) -> None:
    text = (
        "-- parameters = [{ name = 'a', options = 'select n from generate_series(1, 9999) n' }]\n"
        "select $1::int"
    )
    (folder / "many.sql").write_text(text)

    options = (await catalog.options(await catalog.report("many")))["a"]

    assert options is not None
    assert len(options) == 1000
    assert options[-1] == {"value": "1000", "label": "1000"}


async def test_a_description_is_kept_until_it_is_forgotten(
    catalog: Catalog, database: Database
) -> None:
    report = await catalog.report("shop.orders")
    before = await catalog.describe(report)
    async with database.acquire_state() as connection:
        await connection.execute("alter table shop.orders add note text")

    assert await catalog.describe(report) == before
    catalog.forget(report)
    assert len((await catalog.describe(report)).columns) == len(before.columns) + 1


async def test_a_report_without_its_table_is_broken(catalog: Catalog, folder: Path) -> None:
    (folder / "gone.sql").write_text("select * from nope")

    with pytest.raises(ReportBroken):
        await catalog.describe(await catalog.report("gone"))


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([("since", "soon")], "The parameter 'since' takes a value of type date; 'soon' is not"),
        ([("where", "id.eq.x")], "The filter on 'id' takes a value of type integer"),
        ([("where", "nope.eq.x")], "There is no column 'nope'"),
    ],
)
async def test_what_was_given_is_checked(
    catalog: Catalog, items: list[tuple[str, str]], reason: str
) -> None:
    report = await catalog.report("orders")

    with pytest.raises(InvalidArgument, match=reason):
        await catalog.validate(report, parse_query(report, [("size", "small"), *items]))


async def test_a_type_of_the_report_database_is_not_checked_elsewhere(catalog: Catalog) -> None:
    report = await catalog.report("orders")
    query = Query(arguments={"since": "2013-01-01", "size": "huge"})

    await catalog.validate(report, query)


async def test_a_good_catalog_has_no_findings(database: Database, folder: Path) -> None:
    assert await Catalog(database, folder=folder).check() == []


@pytest.mark.parametrize(("name", "case"), BROKEN.items())
async def test_a_check_says_where_and_what(
    database: Database, tmp_path: Path, name: str, case: tuple[str, str]
) -> None:
    text, finding = case
    (tmp_path / f"{name}.sql").write_text(text)

    [found] = await Catalog(database, folder=tmp_path).check()

    assert str(found).startswith(finding)


async def test_a_check_says_that_the_folder_is_missing(database: Database, tmp_path: Path) -> None:
    [found] = await Catalog(database, folder=tmp_path / "nope").check()

    assert str(found).startswith("nope:1: There is no such folder")


async def test_a_check_needs_the_database(own_postgres: Cluster, folder: Path) -> None:
    url = own_postgres.url()
    async with Database(reading_url=url, state_url=url, reading_connections=1) as database:
        own_postgres.stop()

        with pytest.raises(DatabaseUnavailable):
            await Catalog(database, folder=folder).check()


async def test_a_locked_catalog_is_busy_after_a_while(catalog: Catalog, database: Database) -> None:
    report = await catalog.report("shop.orders")
    async with database.acquire_state() as connection, connection.transaction():
        await connection.execute("lock table shop.orders in access exclusive mode")

        with pytest.raises(DatabaseBusy):
            await catalog.describe(report)


async def test_a_check_executes_nothing(database: Database, tmp_path: Path) -> None:
    (tmp_path / "endless.sql").write_text("select pg_sleep(3600)")

    assert await Catalog(database, folder=tmp_path).check() == []


async def test_without_a_database_the_catalog_says_so(own_postgres: Cluster) -> None:
    url = own_postgres.url()
    async with Database(reading_url=url, state_url=url, reading_connections=1) as database:
        catalog = Catalog(database, schemas=("public",))
        own_postgres.stop()

        with pytest.raises(DatabaseUnavailable):
            await catalog.reports()


async def test_known_tables_stay_while_the_database_is_away(own_postgres: Cluster) -> None:
    url = own_postgres.url()
    async with Database(reading_url=url, state_url=url, reading_connections=1) as database:
        async with database.acquire_state() as connection:
            await connection.execute("create table known (id integer)")
        catalog = Catalog(database, schemas=("public",), list_seconds=0)
        await catalog.reports()
        own_postgres.stop()

        assert [each.name for each in await catalog.reports()] == ["public.known"]
