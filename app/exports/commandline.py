"""`rowstream export`: a report into a file or to standard output, straight from PostgreSQL.

No server takes part. A file gets its name when it is whole; whatever happens before leaves nothing.
"""

import secrets
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from app.catalog.catalog import Catalog
from app.catalog.describing import describe_report
from app.catalog.query import Query, parse_query
from app.catalog.report import Report
from app.database.copy import BLOCK_BYTES, copy_file
from app.database.pool import Database
from app.database.tasks import in_thread
from app.database.translate import Canceled
from app.errors import Interrupted, StartupError
from app.exports.export import FORMATS, TEXT_FORMATS, CsvOptions, Format, csv_options, parse_format
from app.exports.formats import Format as TextFormat
from app.exports.output import Write, new_file, said, standard_output
from app.exports.progress_bar import ProgressBar, Records
from app.exports.reading import Opened, Source
from app.exports.tableforms import table_form
from app.exports.textforms import text_form
from app.exports.unrepresentable import Unrepresentable
from app.settings import Settings

STANDARD_OUTPUT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line asks for; `params` are the keys and values of a query string.

    `output` None is standard output.
    """

    report: str
    form: Format
    output: Path | None
    params: Sequence[tuple[str, str]] = ()
    force: bool = False

    @classmethod
    def of(
        cls, report: str, *, form: str | None, output: str, params: Sequence[str], force: bool
    ) -> "Wanted":
        """As it was typed; the format is that of the file's name unless it is given.

        Raises StartupError or InvalidArgument.
        """
        path = None if output == STANDARD_OUTPUT else Path(output)
        ending = path.suffix.removeprefix(".").lower() if path else ""
        chosen = parse_format(form or (ending if ending in FORMATS else "csv"))
        if path is None and chosen not in TEXT_FORMATS:
            raise StartupError(f"{chosen} cannot be written to standard output. Give a file by -o.")
        given = [_param(each) for each in params]
        return cls(report=report, form=chosen, output=path, params=given, force=force)


@dataclass(frozen=True, slots=True)
class Written:
    """How much it was."""

    rows: int
    bytes: int


async def export(settings: Settings, wanted: Wanted) -> Written:
    """Write the file, showing how far it is. `settings` have both addresses.

    Raises RowstreamError, StartupError for an output that cannot be, and OutputClosed.
    """
    options, items = csv_options(wanted.form, wanted.params)
    if wanted.output is not None:
        _check_output(wanted.output, force=wanted.force)
    addresses = {"reading_url": str(settings.database_url), "state_url": str(settings.state_url)}
    async with Database(**addresses, reading_connections=1) as database:
        await database.ready()
        report, query = await _asked(settings, database, wanted.report, items)
        source = Source(
            database=database,
            describe=describe_report,
            timezone=settings.timezone,
            show_detail=True,
        )
        limit = settings.export_timeout
        try:
            return await _Export(wanted, options, report, query, source, limit).written()
        except Canceled:
            raise Interrupted(
                f"PostgreSQL ended the statement: after {limit:g} seconds, or because it was told"
                " to. Nothing was kept."
            ) from None


async def _asked(
    settings: Settings, database: Database, name: str, items: Sequence[tuple[str, str]]
) -> tuple[Report, Query]:
    catalog = Catalog.of(settings, database, show_detail=True)
    report = await catalog.report(name)
    query = parse_query(report, items)
    await catalog.validate(report, query)
    return report, query


@dataclass(frozen=True, slots=True)
class _Export:
    wanted: Wanted
    options: CsvOptions
    report: Report
    query: Query
    source: Source
    limit: float

    async def written(self) -> Written:
        """Where values do not fit a column's type in Parquet, that column becomes text."""
        text_columns = frozenset[int]()
        while True:
            try:
                return await self._once(text_columns)
            except Unrepresentable as error:
                text_columns = error.columns

    async def _once(self, text_columns: frozenset[int]) -> Written:
        async with self.source.opened(
            self.report, self.query, name="rowstream export", limit=self.limit
        ) as opened:
            estimate = None if self.report.total == "none" else opened.plan.rows
            with ProgressBar(self.report.title, estimate) as bar:
                if self.wanted.output is None:
                    async with standard_output() as write:
                        return await self._text(opened, write, bar)
                with replacing(self.wanted.output, force=self.wanted.force) as path:
                    if self.wanted.form not in TEXT_FORMATS:
                        return await self._typed(opened, path, bar, text_columns)
                    async with new_file(path) as write:
                        return await self._text(opened, write, bar)

    async def _text(self, opened: Opened, write: Write, bar: ProgressBar) -> Written:
        name = cast("TextFormat", self.wanted.form)
        form = text_form(name, opened.composition.columns, options=self.options)
        records = Records(str(form.copy_options["quote"]))

        async def put(data: bytes, rows: int = 0) -> None:
            await write(data)
            bar.more(rows=rows, size=len(data))

        async def take(data: bytes) -> None:
            await put(form.rows(data), records.ended(data))

        await put(form.head())
        sql = form.sql(opened.composition)
        rows = await copy_file(
            opened.connection, opened.composition, sql, take, options=form.copy_options
        )
        await put(form.tail(rows))
        return Written(rows, bar.bytes)

    async def _typed(
        self, opened: Opened, path: Path, bar: ProgressBar, text_columns: frozenset[int]
    ) -> Written:
        asked = opened.composition
        table = table_form(self.wanted.form)(
            path, asked.columns, title=self.report.title, text_columns=text_columns
        )

        async def take(data: bytes) -> None:
            bar.more(rows=await in_thread(partial(table.write, data)), size=len(data))

        try:
            rows = await copy_file(
                opened.connection,
                asked,
                asked.raw(),
                take,
                options={"format": "csv"},
                at_least=BLOCK_BYTES,
            )
            await in_thread(table.close)
            return Written(rows, await in_thread(lambda: path.stat().st_size))
        except BaseException:
            table.abandon()
            raise


@contextmanager
def replacing(path: Path, *, force: bool) -> Generator[Path]:
    """A path beside this one for a new file, which has this name after the block, if it ends well.

    Raises StartupError where there is a file already, unless `force`.
    """
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield temporary
        _check_output(path, force=force)  # somebody can have been faster
        with said(str(path)):
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _check_output(path: Path, *, force: bool) -> None:
    """A device or a pipe is never replaced by a file."""
    if not path.exists():
        if not path.resolve().parent.is_dir():
            raise StartupError(f"There is no folder for {path}.")
    elif not path.is_file():
        raise StartupError(f"{path} is not a file.")
    elif not force:
        raise StartupError(f"{path} is there already. Give --force to replace it.")


def _param(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise StartupError(f"--param takes NAME=VALUE, such as min_delay=60; not {text!r}.")
    return name, value
