"""The life of a worker: it takes exports out of the queue and does them, until it is told to stop.

`serve` has one as its child; any number may run elsewhere over the same databases and store. When a
worker dies its exports are taken by another after ten seconds, and done from the start.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

import structlog
import uvloop

from app.catalog.describing import describe_report
from app.database.pool import Database
from app.errors import RowstreamError, StartupError
from app.exports.cleaner import ROUND_SECONDS, Cleaner
from app.exports.export import MOST_ROW_BYTES
from app.exports.exporter import Exporter, Postponed
from app.exports.ledger import CHANNEL, Ledger
from app.exports.making import Maker
from app.exports.queue import SILENT_SECONDS, Worker
from app.exports.reading import Source
from app.exports.store import Store
from app.logs import configure_logs
from app.memory import give_large_blocks_back
from app.runs.clock import Clock
from app.runs.stop import Abandoned, Stop
from app.settings import Settings
from app.signals import own_signals
from app.sources import sources
from app.supervisor import Line

STARTUP_FAILURE = 3
AGAIN_SECONDS = 1.0

log = structlog.get_logger()


def _unwatched() -> None:
    """Nobody waits for it to be ready; the log says so."""


async def work(
    settings: Settings,
    stop: Stop,
    *,
    clock: Clock | None = None,
    silent_seconds: float = SILENT_SECONDS,
    ready: Callable[[], None] = _unwatched,
) -> None:
    """Do exports until the stop. The settings name both databases.

    `ready` is called when everything is open. An export whose worker is silent for so many seconds
    is taken from it. Raises StartupError or a RowstreamError when it cannot begin.
    """
    async with opened_exporter(settings, clock=clock or Clock()) as (database, exporter):
        worker = Worker(slots=settings.export_slots, silent_seconds=silent_seconds)
        ready()
        log.info("worker_ready", slots=settings.export_slots)
        beside = [
            asyncio.create_task(database.listen(CHANNEL, exporter.lost, _nothing)),
            asyncio.create_task(_stopped(stop, worker, exporter)),
        ]
        try:
            while not stop.draining:
                await _worked(database, worker, exporter)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)


@asynccontextmanager
async def opened_exporter(
    settings: Settings, *, clock: Clock
) -> AsyncGenerator[tuple[Database, Exporter]]:
    """Everything that exports need, and the cleaning of their store; closed at the end."""
    database = Database(
        reading_url=str(settings.database_url),
        state_url=str(settings.state_url),
        # One reads, one counts, one looks how far the first is.
        reading_connections=3 * settings.export_slots,
    )
    store = Store.of(settings.files_address)
    async with database:
        await database.ready()
        ledger = Ledger(database, ttl=settings.export_ttl)
        await ledger.install()
        cleaners = [
            Cleaner(ledger, each, ttl=settings.export_ttl, clock=clock)
            for each in (store, Store.of(scratch(settings).absolute().as_uri()))
        ]
        exporter = Exporter(
            worker=uuid4().hex,
            ledger=ledger,
            store=store,
            maker=_maker(settings, database, store, clock),
            clean=partial(_clean, cleaners),
            limit=settings.export_timeout,
            files_bytes=settings.files_bytes,
        )
        cleaning = asyncio.create_task(_clean_for_ever(cleaners))
        try:
            yield database, exporter
        finally:
            cleaning.cancel()
            await asyncio.wait([cleaning])


def _maker(settings: Settings, database: Database, store: Store, clock: Clock) -> Maker:
    source = Source(
        database=database,
        describe=partial(describe_report, known={}),
        timezone=settings.timezone,
        show_detail=settings.error_detail,
    )
    return Maker(
        source=source,
        store=store,
        clock=clock,
        scratch=scratch(settings),
        limit=settings.export_timeout,
        count_cost=settings.count_cost,
        row_bytes=max(MOST_ROW_BYTES, settings.row_bytes),
    )


async def _worked(database: Database, worker: "Worker", exporter: Exporter) -> None:
    """Work as long as the queue can be reached, or comes back."""
    try:
        await worker.run(database.connected_state, exporter.export, postponed=Postponed)
    except (RowstreamError, OSError) as error:
        log.warning("queue_lost", error=type(error).__name__)
        await asyncio.sleep(AGAIN_SECONDS)


async def _stopped(stop: Stop, worker: "Worker", exporter: Exporter) -> None:
    await stop.wait_draining()
    worker.stop()
    exporter.stop()


def scratch(settings: Settings) -> Path:
    """Where files lie that cannot be written from front to end."""
    return settings.data / "scratch"


async def _clean(cleaners: Sequence[Cleaner]) -> None:
    for each in cleaners:
        await each.clean()


async def _clean_for_ever(cleaners: Sequence[Cleaner]) -> None:
    while True:
        await _clean(cleaners)
        await asyncio.sleep(ROUND_SECONDS)


async def _nothing() -> None:
    """Nothing to catch up with: the ledger refuses what an export's loser saves."""


def main(environ: Mapping[str, str] = os.environ, *, silent_seconds: float = SILENT_SECONDS) -> int:
    """Work until told to stop. The exit code: 0, or 3 with a sentence when it cannot start."""
    configure_logs()
    give_large_blocks_back()
    try:
        settings = Settings.read(environ)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(settings, environ, silent_seconds))
    except (StartupError, RowstreamError) as error:
        sys.stderr.write(f"{error}\n")
        return STARTUP_FAILURE
    return 0


async def _run(settings: Settings, environ: Mapping[str, str], silent_seconds: float) -> None:
    stop, line = Stop(), Line.inherited(environ)
    with own_signals(stop), suppress(Abandoned):
        async with AsyncExitStack() as stack:
            if line:
                stack.enter_context(line.line)
                watch = asyncio.create_task(_outlived(line, stop))
                stack.push_async_callback(_cancelled, watch)
            async with stop.abandoning():
                given = await stack.enter_async_context(sources(settings, share=True))
            ready = line.tell_ready if line else _unwatched
            await work(given, stop, silent_seconds=silent_seconds, ready=ready)


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])


async def _outlived(line: Line, stop: Stop) -> None:
    """Without whoever started it nobody would stop it, nor the embedded PostgreSQL."""
    await line.supervisor_gone()
    stop.begin()


if __name__ == "__main__":
    sys.exit(main())
