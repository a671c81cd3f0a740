"""The composition root: settings in, an application out. Nothing else wires the parts together."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from uuid import uuid4

import structlog
from starlette.applications import Starlette

from app.catalog.catalog import Catalog
from app.catalog.describing import describe_report
from app.database.pool import Database
from app.database.pooler import check_reading, check_state
from app.errors import NotFound, RowstreamError, StartupError
from app.exports.exports import Exports
from app.exports.ledger import Ledger
from app.exports.store import Store
from app.runs.backlog import BacklogFolder
from app.runs.clock import Clock
from app.runs.heart import Heart
from app.runs.janitor import Janitor
from app.runs.line import Line
from app.runs.reading import Surroundings
from app.runs.registry import CHANNEL, Registry
from app.runs.runs import Runs
from app.runs.stop import Stop
from app.settings import Settings
from app.web.middleware import exception_handlers, middleware
from app.web.routes import routes

ENCODING_THREADS = 2  # compression and the disk; both release the GIL

log = structlog.get_logger()


def create_app(
    settings: Settings, *, stop: Stop, reading_url: str, state_url: str, clock: Clock | None = None
) -> Starlette:
    """The application; its lifespan opens the databases and the runs, and closes them.

    Raises StartupError, in the lifespan, where a database cannot be reached or the state cannot
    be written. `app.state` has the parts that routes use.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        database = Database(
            reading_url=reading_url, state_url=state_url, reading_connections=settings.pool
        )
        await _check_addresses(reading_url, state_url)
        catalog = Catalog.of(settings, database)
        async with database, opened_runs(settings, database, clock=clock or Clock()) as runs:
            app.state.settings = settings
            app.state.stop = stop
            app.state.database = database
            app.state.runs = runs
            app.state.exports = _exports(settings, database, clock=clock or Clock())
            app.state.catalog = catalog
            await _check_export_report(settings.export_report, catalog)
            yield

    app = Starlette(
        routes=routes(),
        middleware=middleware(settings),
        exception_handlers=exception_handlers(),
        lifespan=lifespan,
    )
    # An address has one form; a redirect would name the host and lose what a POST carries.
    app.router.redirect_slashes = False
    return app


def _exports(settings: Settings, database: Database, *, clock: Clock) -> Exports:
    return Exports(
        Ledger(database, ttl=settings.export_ttl),
        Store.of(settings.files_address),
        settings=settings,
        clock=clock,
    )


@asynccontextmanager
async def opened_runs(
    settings: Settings, database: Database, *, clock: Clock
) -> AsyncGenerator[Runs]:
    """The runs of this process, with their heart, janitor and ear; closed at the end."""
    registry = Registry(database, process=uuid4().hex)
    backlogs = BacklogFolder(settings.data / "backlog")
    async with AsyncExitStack() as stack:
        executor = stack.enter_context(ThreadPoolExecutor(ENCODING_THREADS, "encode"))
        around = Surroundings(
            settings=settings,
            database=database,
            describe=partial(describe_report, known={}),
            line=Line(slots=settings.pool, most=settings.queue),
            executor=executor,
            clock=clock,
        )
        runs = Runs(around, registry, backlogs)
        heart = Heart(runs, registry, settings=settings, clock=clock)
        janitor = Janitor(registry, backlogs, settings=settings, clock=clock)
        await _install(registry)
        await janitor.begin()
        beside = [
            heart.beat_for_ever(),
            janitor.go_round_for_ever(),
            database.listen(CHANNEL, runs.heard, heart.catch_up),
        ]
        async with _running(beside):
            try:
                yield runs
            finally:
                await runs.interrupt_all()
                await heart.save_ended()


async def _check_addresses(reading_url: str, state_url: str) -> None:
    try:
        await check_reading(reading_url)
        await check_state(state_url)
    except RowstreamError as error:
        raise StartupError(
            "The database does not answer. Check ROWSTREAM_DATABASE_URL and ROWSTREAM_STATE_URL."
        ) from error


async def _check_export_report(name: str | None, catalog: Catalog) -> None:
    """Say it now where exports that name no report would find none."""
    if name is None:
        return
    try:
        await catalog.report(name)
    except NotFound as error:
        if not catalog.may_have(name):
            raise StartupError(
                f"ROWSTREAM_EXPORT_REPORT: there is no report {name!r}, and none can come: it takes"
                " the name of a file in ROWSTREAM_REPORTS, or schema.table of ROWSTREAM_EXPOSE."
            ) from error
        log.warning("export_report_missing", report=name)
    except RowstreamError as error:
        log.warning("export_report_unusable", report=name, code=error.code)


async def _install(registry: Registry) -> None:
    try:
        await registry.install()
    except RowstreamError as error:
        raise StartupError(
            "The state database cannot be written: runs are kept in its schema `rowstream`."
            " Give ROWSTREAM_STATE_URL, an address whose role may create that schema."
        ) from error


@asynccontextmanager
async def _running(beside: Sequence[Awaitable[None]]) -> AsyncGenerator[None]:
    tasks = [asyncio.ensure_future(each) for each in beside]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
