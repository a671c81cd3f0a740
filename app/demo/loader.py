"""Loads the sample tables into the schema `demo`, once: deterministic, and whole or not at all."""

from collections.abc import Callable
from pathlib import Path

from app.database.load import Load, loading
from app.demo.tables import Part, header, opened, parts, script

REPORTS = Path(__file__).parent / "reports"
SLICE_ROWS = 500_000  # one statement fills so many rows; then progress is told

Tell = Callable[[str], None]

PREPARE = """
create schema if not exists demo;
create table if not exists demo.loaded (part text primary key, mark text not null);
grant usage on schema demo to public;
create schema demo_loading;
grant usage on schema demo_loading to public;
set local search_path = demo_loading;
"""
FINISH = """
drop schema demo_loading;
grant select on all tables in schema demo to public;
"""
ANYTHING = "select 'loaded', 'before' where to_regclass('demo.loaded') is not null"
MARKS = "select part, mark from demo.loaded"
MARK = """
insert into demo.loaded (part, mark) values ($1, $2)
on conflict (part) do update set mark = excluded.mark
"""


def _silent(_: str) -> None:
    """Says nothing."""


async def load_demo(
    url: str,
    *,
    users: int | None = None,
    transactions: int | None = None,
    tell: Tell = _silent,
) -> bool:
    """Loads what is not there yet and answers whether anything was.

    A size that is not given is the default at the first load and whatever is there later.
    `url` is a role that may create schemas; everybody may read the tables. `tell` gets a line
    for each step. Raises the errors of `app.database.translate`; nothing is left of a load that
    did not end.
    """
    async with loading(url) as load:
        marks = await _marks(load)
        sizes = {"users": users, "transactions": transactions}
        wanted = parts(**{name: rows for name, rows in sizes.items() if rows is not None})
        missing = [part for part in wanted if not _is_there(part, marks, sizes)]
        if missing:
            await _load_parts(load, missing, tell)
        return bool(missing)


async def _marks(load: Load) -> dict[str, str]:
    if not await load.pairs(ANYTHING):
        return {}
    return await load.pairs(MARKS)


def _is_there(part: Part, marks: dict[str, str], sizes: dict[str, int | None]) -> bool:
    mark = marks.get(part.name, "")
    if part.name in sizes and sizes[part.name] is None:
        return mark.split(" ")[0] == part.mark.split(" ")[0]
    return mark == part.mark


async def _load_parts(load: Load, missing: list[Part], tell: Tell) -> None:
    await load.run(PREPARE)
    await load.run(script("hashes"))
    for part in missing:
        await _load_part(load, part, tell)
    for part in missing:
        await _publish(load, part)
    await load.run(FINISH)


async def _load_part(load: Load, part: Part, tell: Tell) -> None:
    await load.run(part.script)
    for table, file in part.files.items():
        with opened(file) as source:
            rows = await load.copy(table, source, columns=header(file))
        tell(f"{table}: {rows:,} rows")
    for table, rows in part.rows.items():
        await _fill(load, table, rows, tell)
    for table in part.tables:
        await load.run(f"analyze {table}")


async def _fill(load: Load, table: str, rows: int, tell: Tell) -> None:
    statement = script(f"{table}.fill")
    for first in range(1, rows + 1, SLICE_ROWS):
        last = min(first + SLICE_ROWS - 1, rows)
        await load.fill(statement, first, last)
        tell(f"{table}: {last:,} of {rows:,} rows")


async def _publish(load: Load, part: Part) -> None:
    for table in part.tables:
        await load.run(f"drop table if exists demo.{table}")
    for table in part.tables:
        await load.run(f"alter table demo_loading.{table} set schema demo")
    await load.fill(MARK, part.name, part.mark)
