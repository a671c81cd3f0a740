"""Everything that can be run: the folder's reports and the exposed tables, and what they take."""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from app.catalog.asking import Asking
from app.catalog.checking import check_report
from app.catalog.describing import description
from app.catalog.exposed import LIST_SECONDS, Exposed
from app.catalog.finding import Finding
from app.catalog.folder import Folder
from app.catalog.forms import Option, Options, detail, summary
from app.catalog.kept import Kept
from app.catalog.options import read_options
from app.catalog.query import Query
from app.catalog.report import Description, Report, is_report_name
from app.catalog.statement import compose
from app.database.describe import Described, describe
from app.database.pool import Database
from app.database.translate import translated
from app.database.values import check_values
from app.errors import Json, NotFound, ReportBroken, RowstreamError
from app.settings import Settings

KEPT_SECONDS = 60.0

log = structlog.get_logger()


class Catalog:
    """`folder` has the `.sql` files, `schemas` are exposed, `timezone` is that of values.

    A new table is seen after `list_seconds`.
    """

    def __init__(
        self,
        database: Database,
        *,
        folder: Path | None = None,
        schemas: Sequence[str] = (),
        timezone: str = "UTC",
        show_detail: bool = False,
        list_seconds: float = LIST_SECONDS,
    ) -> None:
        self._database = database
        self._asking = Asking(database=database, timezone=timezone, show_detail=show_detail)
        self._folder = Folder(folder)
        self._exposed = Exposed(database, schemas, seconds=list_seconds)
        # What the names of reports to come can begin with.
        self._beginnings = [""] if folder else [f"{schema}." for schema in schemas]
        self._described = Kept[str, Described](KEPT_SECONDS)
        self._offered = Kept[tuple[str, str | None], list[Option] | None](KEPT_SECONDS)

    @classmethod
    def of(
        cls, settings: Settings, database: Database, *, show_detail: bool | None = None
    ) -> "Catalog":
        """The catalog that the settings name; `show_detail` is theirs unless it is given."""
        return cls(
            database,
            folder=settings.reports,
            schemas=settings.expose,
            timezone=settings.timezone,
            show_detail=settings.error_detail if show_detail is None else show_detail,
        )

    async def reports(self) -> list[Report]:
        """Every report that parses, by name. Files come before tables of the same name."""
        found = sorted((await self._all()).items())
        return [report for _, report in found if isinstance(report, Report)]

    async def report(self, name: str) -> Report:
        """One report. Raises NotFound, and ReportBroken for a file that does not parse."""
        found = (await self._folder.reports()).get(name) or (await self._exposed.reports()).get(
            name
        )
        if found is None:
            raise NotFound(f"There is no report {name!r}.")
        if isinstance(found, Finding):
            raise ReportBroken(
                f"The file of the report {name!r} has a mistake. The operator has to mend it; "
                "`rowstream check` says where it is."
            )
        return found

    def may_have(self, name: str) -> bool:
        """Whether a report of that name may be there one day: by a new file, or a new table."""
        return is_report_name(name) and name.startswith(tuple(self._beginnings))

    async def describe(self, report: Report) -> Description:
        """Its parameters' types and its columns, at most a minute old.

        Raises ReportBroken, DatabaseUnavailable, DatabaseLost or DatabaseBusy.
        """
        described = await self._described.get(report.sql, lambda: self._describe(report.sql))
        if len(described.parameters) != len(report.parameters):
            raise ReportBroken("The report's SQL takes another number of parameters.")
        return description(report, described)

    def forget(self, report: Report) -> None:
        """Ask again next time: what was known of the report has turned out to be old."""
        self._described.forget(lambda sql: sql == report.sql)

    async def options(self, report: Report) -> Options:
        """The values that each parameter offers, at most a minute old.

        None for a parameter that offers nothing, and where they cannot be read: then it is typed.
        """
        return {each.name: await self._options(report, each.options) for each in report.parameters}

    async def validate(self, report: Report, query: Query) -> None:
        """Have PostgreSQL parse what was given, as far as its types are built in.

        Done on the state connection, so that it needs none of the runs'. Raises InvalidArgument,
        and what `describe` raises.
        """
        composition = compose(report, await self.describe(report), query)
        built_in = [each for each in composition.values if each.built_in]
        async with self._database.acquire_state() as connection:
            with translated():
                await check_values(connection, built_in)

    async def list_json(self) -> list[Json]:
        """The JSON of every report, for the list."""
        return [summary(each) for each in await self.reports()]

    async def report_json(self, report: Report) -> dict[str, Json]:
        """The JSON that a form is built from."""
        return detail(report, await self.describe(report), await self.options(report))

    async def check(self) -> list[Finding]:
        """What is wrong with any report, in the order of their names.

        Raises DatabaseUnavailable or DatabaseLost where PostgreSQL cannot be asked.
        """
        missing = await to_thread(self._folder.missing)
        findings = [missing] if missing else []
        for _, found in sorted((await self._all()).items()):
            if isinstance(found, Finding):
                findings.append(found)
            else:
                findings += await check_report(self._asking, found)
        return findings

    async def _all(self) -> Mapping[str, Report | Finding]:
        return {**await self._exposed.reports(), **await self._folder.reports()}

    async def _describe(self, sql: str) -> Described:
        async with self._asking.reading() as connection:
            return await describe(connection, sql)

    async def _options(self, report: Report, sql: str | None) -> list[Option] | None:
        if sql is None:
            return None
        return await self._offered.get(
            (sql, report.timezone), lambda: self._read_options(report, sql)
        )

    async def _read_options(self, report: Report, sql: str) -> list[Option] | None:
        try:
            async with self._asking.reading(report.timezone) as connection:
                return await read_options(connection, sql)
        except RowstreamError as error:
            log.warning("options_not_read", report=report.name, code=error.code)
            return None
