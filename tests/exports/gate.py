"""Exports that stop where a test wants: at a gate in the report, or at a move of the ledger."""

import hashlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import asyncpg

from app.settings import Settings
from tests.exports.traces import until

if TYPE_CHECKING:
    from app.database.pool import Connection

GATE, HOLD = 71, 72  # advisory locks
WAITING = """
select count(*) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock'
"""
QUEUED = "select count(*) from rowstream.pgqueuer"
PAD_BYTES = 10_000
BEFORE = 1200  # rows that have come when the gate is reached: 12 MB, more than a store gathers

# Not a lock that is waited for: a run's lock_timeout would end that.
FUNCTION = f"""
create or replace function public.gate() returns text language plpgsql volatile as $$
begin
    while not pg_try_advisory_xact_lock_shared({GATE}) loop
        perform pg_sleep(0.01);
    end loop;
    return null;
end $$
"""

REPORTS: Mapping[str, str] = {
    "gated": f"""
-- parameters = [{{ name = "n", label = "How many before the gate", default = {BEFORE} }}]
select i, case when i > $1::int then gate() end as gate, repeat('.', {PAD_BYTES}) as padding
from (select generate_series(1, $1::int + 3) as i) as n
""",
    "locked": """
select * from public.locked
""",
    "small": """
-- parameters = [{ name = "n", label = "How many", default = 20000 }]
select i, md5(i::text) as hash from (select generate_series(1, $1::int) as i) as n
""",
    "incompressible": """
-- total = "none"
-- parameters = [{ name = "n", label = "How many MB", default = 100 }]
select i, (
    select string_agg(md5((i * 1000 + j)::text), '') from generate_series(1, 1000) as j
) as text
from (select generate_series(1, $1::int * 31) as i) as n
""",
}

# Rows of exports only: a move is held while the test holds the lock.
TRIGGER = """
create function public.hold() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared({lock});
    return new;
end $$;
create trigger hold before update on rowstream.run for each row
when ({condition}) execute function public.hold()
"""
COMPLETING = "new.status = 'completed' and old.status = 'processing'"
COMPRESSED = (
    "new.status = 'completed' and old.file is distinct from new.file and old.file is not null"
)


@dataclass(frozen=True, slots=True)
class Gate:
    """A connection of the test's own, which holds what is to be held."""

    connection: "Connection"

    async def close(self, lock: int = GATE) -> None:
        """From now on who comes to the gate waits."""
        await self.connection.execute(f"select pg_advisory_lock({lock})")

    async def open(self, lock: int = GATE) -> None:
        """Let them through."""
        await self.connection.execute(f"select pg_advisory_unlock({lock})")

    async def hold_at(self, condition: str) -> None:
        """Hold the move of an export of which this is true, until the lock HOLD is opened."""
        await self.close(HOLD)
        await self.connection.execute(TRIGGER.format(lock=HOLD, condition=condition))

    async def until_held(self, count: int = 1) -> None:
        """Return when so many backends wait for a lock; fails after a while."""

        async def waiting() -> int:
            return await self.connection.fetchval(WAITING)

        async def are() -> bool:
            return await waiting() == count

        await until(are, f"{count} backends that wait for a lock", waiting)

    async def until_queue_is_empty(self) -> None:
        """Return when no export waits for a worker or has one; fails after a while."""

        async def queued() -> int:
            return await self.connection.fetchval(QUEUED)

        async def empty() -> bool:
            return not await queued()

        await until(empty, "an empty queue", queued)


@asynccontextmanager
async def gate_in(url: str) -> AsyncGenerator[Gate]:
    """The gate's function and a table `locked` in this database; at the end all is let go."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(FUNCTION)
        await connection.execute("create table if not exists public.locked as select 1 as i")
        yield Gate(connection)
    finally:
        await connection.close()


def gated(settings: Settings, *, most: int = 50) -> Settings:
    """With these reports beside those that are there, and room for so many exports of an owner."""
    assert settings.reports is not None
    for name, text in REPORTS.items():
        (settings.reports / f"{name}.sql").write_text(text.lstrip())
    return replace(settings, exports_per_owner=most)


def gated_csv(n: int = BEFORE) -> bytes:
    """The file of the report `gated` as csv."""
    lines = [f"{i},,{'.' * PAD_BYTES}\n" for i in range(1, n + 4)]
    return ("i,gate,padding\n" + "".join(lines)).encode()


def gated_sha256(n: int = BEFORE) -> str:
    """Its digest."""
    return hashlib.sha256(gated_csv(n)).hexdigest()
