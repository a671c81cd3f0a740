"""Where the page is measured: a database, and a server with the report of the browser tests."""

from collections.abc import Generator
from contextlib import contextmanager

from loadtests.serving import server
from tests.browser.serving import REPORTS
from tests.postgres import cluster, embedded_binaries

SETTINGS = {
    "ROWSTREAM_REPORTS": str(REPORTS),
    "ROWSTREAM_RUN_TIMEOUT": "30min",
    "ROWSTREAM_BACKLOG_RUN_BYTES": "8GB",
}


@contextmanager
def place() -> Generator[str]:
    """The address of a server; its report `wide` has twenty columns and any number of rows."""
    with cluster(embedded_binaries()) as database:
        settings = {**SETTINGS, "ROWSTREAM_DATABASE_URL": database.url()}
        with server(settings) as (address, _):
            yield address
