"""The exact number of a run's rows, taken in the run's own snapshot on a second connection."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

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
) -> int | None:
    """The count, or None where it cannot be had: the estimate then stays.

    A second connection can be another server (22023, invalid snapshot), and a count can fail
    where a run that was cut by LIMIT does not. Neither ends the run.
    """
    try:
        async with reading_transaction(connection, session, snapshot=snapshot):
            return int(await connection.fetchval(sql, *binds))
    except FAULTS as error:
        log.info("count_not_taken", sqlstate=getattr(error, "sqlstate", None))
        return None
