"""The exact number of a run's rows, taken in the run's own snapshot on a second connection."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from app.database.explain import Plan, explain
from app.database.session import Session, reading_transaction
from app.database.translate import FAULTS

if TYPE_CHECKING:
    from app.database.pool import Connection

log = structlog.get_logger()


async def count_rows(
    connection: "Connection",
    *,
    session: Session,
    snapshot: str,
    sql: str,
    binds: Sequence[str | None],
    worthwhile: Callable[[Plan], bool],
) -> int | None:
    """The count, or None where it is not worthwhile by its plan, or cannot be had.

    A second connection can be another server (22023, invalid snapshot), and a count can fail
    where a run that was cut by LIMIT does not. Neither ends the run.
    """
    try:
        async with reading_transaction(connection, session, snapshot=snapshot):
            if not worthwhile(await explain(connection, sql, binds)):
                return None
            # Not fetchval: to a statement with a row limit PostgreSQL gives no parallel workers.
            [counted] = await connection.fetch(sql, *binds)
            return int(counted[0])
    except FAULTS as error:
        log.info("count_not_taken", sqlstate=getattr(error, "sqlstate", None))
        return None
