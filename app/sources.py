"""Which PostgreSQL is read and where the state is kept: given addresses, or the embedded one."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from app.database.embedded import EmbeddedPostgres
from app.demo.loader import REPORTS, load_demo
from app.settings import Settings

log = structlog.get_logger()


@asynccontextmanager
async def sources(settings: Settings) -> AsyncGenerator[Settings]:
    """The settings with both addresses given; the embedded PostgreSQL runs inside, if it has to.

    Where it does and no reports were named, they are the demo's, and its tables are loaded.
    Raises StartupError, and what PostgreSQL says while the tables are loaded.
    """
    if settings.database_url is not None:
        yield replace(settings, state_url=settings.state_url or settings.database_url)
        return
    async with EmbeddedPostgres(settings.data) as embedded:
        if settings.reports is None:
            await load_demo(embedded.state_url, tell=lambda line: log.info("demo", loaded=line))
        yield replace(
            settings,
            database_url=embedded.reading_url,
            state_url=settings.state_url or embedded.state_url,
            reports=settings.reports or REPORTS,
        )
