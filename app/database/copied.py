"""How many rows a COPY has brought by now (pg_stat_progress_copy, PostgreSQL 14 and newer)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.database.pool import Connection

COPIED = "select tuples_processed from pg_catalog.pg_stat_progress_copy where pid = $1"


async def copied_rows(connection: "Connection", pid: int) -> int | None:
    """Of the backend with that number, as another connection sees it; None where it cannot tell."""
    copied = await connection.fetchval(COPIED, pid)
    return None if copied is None else int(copied)
