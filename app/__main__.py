"""The command line: `rowstream serve`, `worker`, `export`, `check` and `demo`.

Serving is done by a process image of its own (`app.server`), which never holds what only the
command line needs; flags reach it as the environment variables that they stand for.
"""

import asyncio
import os
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Annotated

import typer
import uvloop

from app.catalog.catalog import Catalog
from app.catalog.finding import Finding
from app.database.pool import Database
from app.database.translate import translated
from app.demo.loader import load_demo
from app.errors import RowstreamError, StartupError
from app.exports.commandline import Wanted, Written, export as write_export
from app.exports.output import OutputClosed
from app.flags import taking_settings
from app.logs import configure_logs
from app.settings import Settings
from app.signals import Signalled, unless_signalled
from app.sources import embedded, sources

CATALOG_FLAGS = ("data", "reports", "expose", "database_url", "state_url", "timezone")
DEMO_FLAGS = ("data", "database_url")
BROKEN, FAILED = 1, 3

commands = typer.Typer(
    help="Streams large PostgreSQL results to browsers as they are read.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@commands.command()
@taking_settings()
def serve(environ: Mapping[str, str]) -> None:
    """Serve the reports until told to stop."""
    with sentences():
        Settings.read(environ)
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, "-m", "app.server"], environ)  # noqa: S606


@commands.command()
@taking_settings()
def worker(environ: Mapping[str, str]) -> None:
    """Do background exports until told to stop; `serve` has one such process by itself."""
    with sentences():
        Settings.read(environ)
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, "-m", "app.worker"], environ)  # noqa: S606


@commands.command()
@taking_settings(*CATALOG_FLAGS)
def export(
    environ: Mapping[str, str],
    *,
    report: Annotated[str, typer.Argument(help="the report's name", show_default=False)],
    output: Annotated[
        str, typer.Option("--output", "-o", help="the file; - is standard output")
    ] = "-",
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="csv, json, ndjson, xlsx or parquet (that of the file's name, else csv)",
            show_default=False,
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=VALUE: an argument, or columns, where, order, search, limit, delimiter, …",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="replace the file")] = False,
) -> None:
    """Write a report to a file, straight from PostgreSQL."""
    try:
        with sentences():
            wanted = Wanted.of(report, form=form, output=output, params=param or [], force=force)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                work = _export(Settings.read(environ), wanted)
                written = runner.run(unless_signalled(work))
    except Signalled as signalled:
        typer.echo("Cancelled.", err=True)
        raise typer.Exit(signalled.code) from None
    except OutputClosed:
        raise typer.Exit(FAILED) from None
    typer.echo(f"{written.rows:,} rows, {written.bytes:,} bytes.", err=True)


@commands.command()
@taking_settings(*CATALOG_FLAGS)
def check(environ: Mapping[str, str]) -> None:
    """Hold every report against the database; exit with 1 when one is broken."""
    with sentences():
        findings, reports = asyncio.run(_check(Settings.read(environ)))
    for finding in findings:
        typer.echo(str(finding))
    broken = len({finding.report for finding in findings})
    typer.echo(f"{reports} reports, {broken or 'none'} broken.", err=bool(findings))
    raise typer.Exit(BROKEN if findings else 0)


@commands.command()
@taking_settings(*DEMO_FLAGS)
def demo(
    environ: Mapping[str, str],
    *,
    users: Annotated[int | None, typer.Option(help="rows of the table users", min=1)] = None,
    transactions: Annotated[
        int | None, typer.Option(help="rows of the table transactions", min=1)
    ] = None,
) -> None:
    """Load the sample tables, large ones on request (--users 10_000_000)."""
    with sentences():
        loaded = asyncio.run(_demo(Settings.read(environ), users, transactions))
    typer.echo("The sample tables are loaded." if loaded else "The sample tables were there.")


async def _export(settings: Settings, wanted: Wanted) -> Written:
    async with sources(settings, share=True) as given:
        return await write_export(given, wanted)


async def _check(settings: Settings) -> tuple[list[Finding], int]:
    async with sources(settings, share=True) as given:
        urls = {"reading_url": str(given.database_url), "state_url": str(given.state_url)}
        with translated(show_detail=True, connecting=True):
            async with Database(**urls, reading_connections=1) as database:
                await database.ready()
                catalog = Catalog.of(given, database, show_detail=True)
                return await catalog.check(), len(await catalog.reports())


async def _demo(settings: Settings, users: int | None, transactions: int | None) -> bool:
    sizes = {"users": users, "transactions": transactions}
    if settings.database_url is not None:
        return await load_demo(settings.database_url, **sizes, tell=typer.echo)
    async with embedded(settings.data, share=True) as database:
        return await load_demo(database.state_url, **sizes, tell=typer.echo)


@contextmanager
def sentences() -> Generator[None]:
    """Turn what keeps a command from being done into its sentence and an exit code."""
    try:
        yield
    except (StartupError, RowstreamError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from error


def main() -> None:
    """The command `rowstream`."""
    configure_logs()
    commands(prog_name="rowstream")


if __name__ == "__main__":
    main()
