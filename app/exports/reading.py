"""A report that is about to be read into a file: its transaction, statement and plan."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.catalog.accepting import Describe, accepted
from app.catalog.query import Query
from app.catalog.report import Report
from app.catalog.statement import Composition
from app.database.explain import Plan
from app.database.pool import Database
from app.database.session import Session, reading_transaction
from app.database.translate import translated

if TYPE_CHECKING:
    from app.database.pool import Connection

SETTLE_SECONDS = 2.0  # PostgreSQL's own timeout is a net below ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A query that PostgreSQL has accepted, in a transaction that is ready to read it."""

    connection: "Connection"
    session: Session
    composition: Composition
    plan: Plan
    is_volatile: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where reports are read for files. `timezone` is that of values, unless a query names one."""

    database: Database
    describe: Describe
    timezone: str
    show_detail: bool = False

    @asynccontextmanager
    async def opened(
        self, report: Report, query: Query, *, name: str, limit: float
    ) -> AsyncGenerator[Opened]:
        """A read-only transaction for it, rolled back at the end. `limit` in seconds.

        `name` is seen in pg_stat_activity. Raises what PostgreSQL says of the query, as ours, here
        and inside.
        """
        zone = query.timezone or report.timezone or self.timezone
        session = Session(timeout=limit + SETTLE_SECONDS, timezone=zone, name=name)
        async with self.database.acquire_reading() as connection:
            with translated(show_detail=self.show_detail):
                async with reading_transaction(connection, session):
                    known = await accepted(connection, self.describe, report, query)
                    yield Opened(
                        connection=connection,
                        session=session,
                        composition=known.composition,
                        plan=known.plan,
                        is_volatile=known.calls.volatile,
                    )
