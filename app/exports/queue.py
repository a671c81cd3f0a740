"""The queue of exports: PgQueuer's, in the schema `rowstream` of the state database.

Its library is heavy (pydantic), so it is imported when the first export is entered, and by workers.
"""

from typing import TYPE_CHECKING

from app.exports.export import ExportId

if TYPE_CHECKING:
    from pgqueuer.adapters.persistence.queries import Queries

    from app.database.pool import Connection

ENTRYPOINT = "export"
SCHEMA = "rowstream"
CHANNEL = "rowstream_export_queue"
INSTALL_LOCK = 7_264_918_352  # any number of ours: two that come first must not race
MISSING = "select pg_catalog.to_regclass('rowstream.pgqueuer') is null"


async def enqueue(connection: "Connection", export: ExportId) -> None:
    """Put an export in the queue, in the transaction that this connection is in."""
    await install(connection)
    await queries_over(connection).enqueue(ENTRYPOINT, export.encode())


async def install(connection: "Connection") -> None:
    """Make the queue's tables where they are missing, in the caller's transaction."""
    if not await connection.fetchval(MISSING):
        return
    await connection.execute(f"select pg_advisory_xact_lock({INSTALL_LOCK})")
    if await connection.fetchval(MISSING):
        await queries_over(connection).install(create_schema=False)


def queries_over(connection: "Connection") -> "Queries":
    """What the queue can be asked over this connection."""
    from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver  # noqa: PLC0415 (heavy)
    from pgqueuer.adapters.persistence import qb  # noqa: PLC0415
    from pgqueuer.adapters.persistence.queries import Queries  # noqa: PLC0415
    from pgqueuer.domain.settings import DBSettings  # noqa: PLC0415
    from pgqueuer.domain.types import Channel  # noqa: PLC0415

    names = DBSettings(db_schema=SCHEMA, channel=Channel(CHANNEL))
    return Queries(
        AsyncpgDriver(connection),
        qbe=qb.QueryBuilderEnvironment(names),
        qbq=qb.QueryQueueBuilder(names),
        qbs=qb.QuerySchedulerBuilder(names),
    )
