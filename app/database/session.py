"""One read-only transaction of a run, with the settings that make values print as psql prints them.

Settings go by `set_config(…, true)`: they hold for the transaction alone, and a pooler that refuses
startup parameters takes them. The first statement has run before any report's text is seen, so
`SET TRANSACTION READ WRITE` comes too late (25001).
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncpg.transaction import Transaction

from app.database.tasks import to_its_end
from app.database.translate import FAULTS

if TYPE_CHECKING:
    from app.database.pool import Connection

ROLLBACK_SECONDS = 2.0
LOCK_SECONDS = 10.0
IDLE_SECONDS = 60.0  # a backlog's disk may stall a run; a dead process is found sooner
CHECK_INTERVAL = "1000ms"  # PostgreSQL notices a client that was killed
CHECK_INTERVAL_SINCE = 14

PRINTING = {
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "lc_monetary": "C",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a run's transaction is told: its time limit in seconds, time zone and name."""

    timeout: float
    timezone: str
    name: str

    def settings(self) -> dict[str, str]:
        """The settings by name, as text."""
        return {
            **PRINTING,
            # As pglast's scanner has it: else a placeholder to it can be inside a literal to the
            # server, and what is put in its place would end that literal.
            "standard_conforming_strings": "on",
            "TimeZone": self.timezone,
            "application_name": self.name,
            "statement_timeout": _milliseconds(self.timeout),
            "lock_timeout": _milliseconds(min(self.timeout, LOCK_SECONDS)),
            "idle_in_transaction_session_timeout": _milliseconds(IDLE_SECONDS),
            # asyncpg loses the rows of a COPY that it has read together with a message behind them.
            "client_min_messages": "error",
            # A statement that is opened again has to bring its rows in the same order.
            "synchronize_seqscans": "off",
        }


@asynccontextmanager
async def reading_transaction(
    connection: "Connection", session: Session, *, snapshot: str | None = None
) -> AsyncGenerator[None]:
    """A repeatable-read, read-only transaction, rolled back at the end.

    `snapshot` is one exported by another transaction: this one then sees the same rows. A
    connection whose rollback does not come back in time is terminated.
    """
    transaction = connection.transaction(isolation="repeatable_read", readonly=True)
    try:
        await _undisturbed(transaction.start())
        if snapshot is not None:
            await connection.execute(f"set transaction snapshot '{_checked_snapshot(snapshot)}'")
        await _configure(connection, session)
        yield
    finally:
        await _undisturbed(_roll_back(connection, transaction))


async def export_snapshot(connection: "Connection") -> str:
    """The name of this transaction's snapshot, for `reading_transaction` on another connection."""
    return str(await connection.fetchval("select pg_catalog.pg_export_snapshot()"))


async def _configure(connection: "Connection", session: Session) -> None:
    settings = session.settings()
    if connection.get_server_version().major >= CHECK_INTERVAL_SINCE:
        settings["client_connection_check_interval"] = CHECK_INTERVAL
    await connection.fetch(
        "select pg_catalog.set_config(s.name, s.value, true)"
        " from unnest($1::text[], $2::text[]) as s(name, value)",
        list(settings),
        list(settings.values()),
    )


async def _roll_back(connection: "Connection", transaction: Transaction) -> None:
    try:
        async with asyncio.timeout(ROLLBACK_SECONDS):
            if not connection.is_closed():
                await transaction.rollback()
    except FAULTS:
        with suppress(*FAULTS):  # a pool takes back what was terminated, and lends it no more
            connection.terminate()


async def _undisturbed(work: Coroutine[None, None, None]) -> None:
    """Do what must not stop half-way: a BEGIN or ROLLBACK whose answer nobody has read would leave
    it to the pool to clean up. A cancellation waits for it, two seconds at most, and is raised; a
    second one changes nothing.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await to_its_end(asyncio.create_task(_settled(task)))
        raise


async def _settled(task: "asyncio.Task[None]") -> None:
    await asyncio.wait([task], timeout=ROLLBACK_SECONDS)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _checked_snapshot(snapshot: str) -> str:
    if not snapshot.replace("-", "").isalnum():
        message = "a snapshot's name holds letters, digits and dashes only"
        raise ValueError(message)
    return snapshot


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"
