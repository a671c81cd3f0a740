"""The queue of exports: PgQueuer's, in the schema `rowstream` of the state database.

Its library is heavy (pydantic), so it is imported when the first export is entered, and by workers.
"""

import asyncio
import importlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from app.database.translate import FAULTS
from app.errors import RowstreamError
from app.exports.export import ExportId
from app.faults import fault_facts

if TYPE_CHECKING:
    from pgqueuer.core.qm import QueueManager

    from app.database.pool import Connection
    from app.exports.claims import Claims
    from app.exports.queue_driver import LastingDriver, QuickDriver

ENTRYPOINT = "export"
SCHEMA = "rowstream"
CHANNEL = "rowstream_export_queue"
INSTALL_LOCK = 7_264_918_352  # any number of ours: two that come first must not race
AGAIN_SECONDS = 1.0
SILENT_SECONDS = 10.0  # without a heartbeat for so long a worker is taken for dead
# Not `to_regclass`: that remembers, within a transaction, that there was none.
MISSING = """
select not exists (
    select from pg_catalog.pg_tables where schemaname = 'rowstream' and tablename = 'pgqueuer'
)
"""

Do = Callable[[ExportId], Awaitable[None]]
Connect = Callable[[], AbstractAsyncContextManager["Connection"]]

log = structlog.get_logger()


def load() -> None:
    """Import the library, which takes half a second: for a thread, before the first `enqueue`."""
    importlib.import_module("app.exports.claims")


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


def queries_over(connection: "Connection") -> "Claims":
    """What the queue can be asked over this connection."""
    from app.exports.queue_driver import QuickDriver  # noqa: PLC0415 (heavy)

    return _claims(QuickDriver(connection))


def _claims(driver: "QuickDriver") -> "Claims":
    from pgqueuer.adapters.persistence import qb  # noqa: PLC0415 (heavy)
    from pgqueuer.domain.settings import DBSettings  # noqa: PLC0415
    from pgqueuer.domain.types import Channel  # noqa: PLC0415

    from app.exports.claims import Claims  # noqa: PLC0415

    names = DBSettings(db_schema=SCHEMA, channel=Channel(CHANNEL))
    return Claims(
        driver,
        qbe=qb.QueryBuilderEnvironment(names),
        qbq=qb.QueryQueueBuilder(names),
        qbs=qb.QuerySchedulerBuilder(names),
    )


class Worker:
    """Takes exports out of the queue, `slots` at a time, and has each done by `do`.

    An export whose worker gives no sign of life for `silent_seconds` is taken by another: all
    workers have to be told the same.
    """

    def __init__(self, *, slots: int, silent_seconds: float = SILENT_SECONDS) -> None:
        self._slots = slots
        self._silent = timedelta(seconds=silent_seconds)
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Take no more; `run` returns when those in progress are done or postponed."""
        self._stop.set()

    async def run(self, connect: Connect, do: Do, *, postponed: type[Exception]) -> None:
        """Work until the stop, over one connection after another. Raises what PostgreSQL raises
        where there is none to begin with.
        """
        from app.exports.queue_driver import LastingDriver  # noqa: PLC0415 (heavy)

        async with _opened(connect) as (connection, lost):
            driver = LastingDriver(connection, self._stop)
            renewing = asyncio.create_task(_renew(driver, connect, lost))
            try:
                await self._manage(driver, do, postponed)
            finally:
                renewing.cancel()
                await asyncio.wait([renewing])

    async def _manage(self, driver: "LastingDriver", do: Do, postponed: type[Exception]) -> None:
        from pgqueuer.core.qm import QueueManager  # noqa: PLC0415 (heavy)

        queries = _claims(driver)
        manager = QueueManager(queries, queries.qbe.settings.channel)
        queries.holder = manager.queue_manager_id
        queries.working, queries.slots = manager.job_context, self._slots
        manager.shutdown = self._stop
        self._register(manager, do, postponed)
        await manager.run(
            batch_size=1,
            # Between looks for what nobody told of, such as a dead worker's exports.
            dequeue_timeout=self._silent / 2,
            heartbeat_timeout=self._silent,
        )

    def _register(self, manager: "QueueManager", do: Do, postponed: type[Exception]) -> None:
        from pgqueuer.domain.errors import RetryRequested  # noqa: PLC0415 (heavy)
        from pgqueuer.domain.models import Job  # noqa: PLC0415

        @manager.entrypoint(ENTRYPOINT, accepts_context=False)
        async def export(job: Job) -> None:
            try:
                await do(ExportId((job.payload or b"").decode()))
            except postponed as error:
                raise RetryRequested from error
            except Exception as error:
                # Without its job nobody would ever end the export.
                log.warning("export_not_told", **fault_facts(error))
                raise RetryRequested(delay=self._silent) from error


@asynccontextmanager
async def _opened(connect: Connect) -> AsyncGenerator[tuple["Connection", asyncio.Event]]:
    """A connection to a queue whose tables are there, and what says that it is lost."""
    lost = asyncio.Event()
    async with connect() as connection:
        connection.add_termination_listener(lambda _: lost.set())
        async with connection.transaction():
            await install(connection)
        yield connection, lost


async def _renew(driver: "LastingDriver", connect: Connect, lost: asyncio.Event) -> None:
    """Give the driver another connection, for ever, each time that its own is lost."""
    await lost.wait()
    while True:
        log.warning("queue_lost")
        try:
            async with _opened(connect) as (connection, lost_again):
                await driver.renew(connection)
                await lost_again.wait()
        except (RowstreamError, *FAULTS):
            await asyncio.sleep(AGAIN_SECONDS)
