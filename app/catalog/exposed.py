"""The tables and views of exposed schemas as reports called `schema.table`."""

from collections.abc import Mapping, Sequence

import structlog

from app.catalog.kept import Kept
from app.catalog.report import Report, is_report_name
from app.database.pool import Database
from app.database.tables import Table, tables
from app.database.translate import translated
from app.errors import DatabaseBusy, DatabaseLost, DatabaseUnavailable

# A new table is seen after this, seconds.
LIST_SECONDS = 10.0

log = structlog.get_logger()


class Exposed:
    """`schemas` are names as PostgreSQL has them; a list is kept for `seconds`."""

    def __init__(
        self, database: Database, schemas: Sequence[str], *, seconds: float = LIST_SECONDS
    ) -> None:
        self._database = database
        self._schemas = tuple(schemas)
        self._listed = Kept[tuple[str, ...], Mapping[str, Report]](seconds)
        self._skipped: set[str] = set()

    async def reports(self) -> Mapping[str, Report]:
        """The tables by their reports' names. The last list while the database is away."""
        if not self._schemas:
            return {}
        try:
            return await self._listed.get(self._schemas, self._list)
        except (DatabaseUnavailable, DatabaseLost, DatabaseBusy):
            if (last := self._listed.latest(self._schemas)) is None:
                raise
            return last

    async def _list(self) -> Mapping[str, Report]:
        async with self._database.acquire_reading() as connection:
            with translated():
                found = await tables(connection, self._schemas)
        self._log_skipped({table.name for table in found if not is_report_name(table.name)})
        return {each.name: _report(each) for each in found if is_report_name(each.name)}

    def _log_skipped(self, names: set[str]) -> None:
        for name in sorted(names - self._skipped):
            log.warning("table_skipped", table=name, reason="its name cannot stand in an address")
        self._skipped = names


def _report(table: Table) -> Report:
    return Report(
        name=table.name,
        title=table.title,
        description=table.description,
        sql=table.sql,
        source=table.name,
    )
