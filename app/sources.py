"""Which PostgreSQL is read and where the state is kept: given addresses, or the embedded one."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from app.database.embedded import DataInUseError, EmbeddedPostgres
from app.demo.loader import REPORTS, load_demo
from app.settings import Settings

log = structlog.get_logger()


@asynccontextmanager
async def sources(settings: Settings, *, share: bool = False) -> AsyncGenerator[Settings]:
    """The settings with both addresses given; the embedded PostgreSQL runs inside, if it has to.

    Where it does and no reports were named, they are the demo's, and its tables are loaded.
    Raises StartupError, and what PostgreSQL says while the tables are loaded.
    """
    if settings.database_url is not None:
        yield replace(settings, state_url=settings.state_url or settings.database_url)
        return
    async with embedded(settings.data, share=share) as database:
        if settings.reports is None:
            await load_demo(database.state_url, tell=lambda line: log.info("demo", loaded=line))
        yield replace(
            settings,
            database_url=database.reading_url,
            state_url=settings.state_url or database.state_url,
            reports=settings.reports or REPORTS,
            export_report=settings.export_report or (None if settings.reports else "users"),
        )


@asynccontextmanager
async def embedded(data: Path, *, share: bool) -> AsyncGenerator[EmbeddedPostgres]:
    """The embedded PostgreSQL of this folder: our own inside, or (`share`) a running server's."""
    async with AsyncExitStack() as stack:
        try:
            database = await stack.enter_async_context(EmbeddedPostgres(data))
        except DataInUseError:
            if not share:
                raise
            database = await EmbeddedPostgres.running(data)
        yield database
