"""How the catalog asks the report database: read-only, briefly, and with errors of ours."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.database.pool import Database
from app.database.session import Session, reading_transaction
from app.database.translate import Canceled, translated
from app.errors import DatabaseBusy

if TYPE_CHECKING:
    from app.database.pool import Connection

# What a form can wait for: preparing takes milliseconds, unless a lock is in its way.
LIMIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """`timezone` is that of values; `show_detail` puts PostgreSQL's words into errors."""

    database: Database
    timezone: str = "UTC"
    show_detail: bool = False

    @asynccontextmanager
    async def reading(self, timezone: str | None = None) -> AsyncGenerator["Connection"]:
        """A connection in a read-only transaction of 5 s a statement, rolled back at the end."""
        session = Session(
            timeout=LIMIT_SECONDS, timezone=timezone or self.timezone, name="rowstream catalog"
        )
        async with self.database.acquire_reading() as connection:
            try:
                with translated(show_detail=self.show_detail):
                    async with reading_transaction(connection, session):
                        yield connection
            except Canceled as error:
                raise DatabaseBusy(
                    f"The database did not answer within {LIMIT_SECONDS:.0f} seconds. Try again."
                ) from error
