"""What the composition root made, as routes ask for it: typed, by request."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from app.catalog.catalog import Catalog
from app.database.pool import Database
from app.exports.exports import Exports
from app.runs.runs import Runs
from app.runs.stop import Stop
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the application that routes use."""

    settings: Settings
    database: Database
    catalog: Catalog
    runs: Runs
    exports: Exports
    stop: Stop


def parts_of(connection: HTTPConnection) -> Parts:
    """The parts of the application that this request came to."""
    state = connection.app.state
    return Parts(
        state.settings, state.database, state.catalog, state.runs, state.exports, state.stop
    )
