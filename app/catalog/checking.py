"""Holds reports against the database, for `rowstream check` and for the log at start-up."""

from collections.abc import AsyncIterator

from app.catalog.asking import Asking
from app.catalog.describing import describe_report
from app.catalog.finding import Finding
from app.catalog.options import read_options
from app.catalog.query import Query
from app.catalog.report import Parameter, Report
from app.catalog.statement import Composition, compose
from app.database.complaint import complaint
from app.database.explain import explain
from app.database.values import check_values
from app.errors import DatabaseLost, DatabaseUnavailable, InvalidArgument, RowstreamError

# They say nothing about a report.
NOT_THE_REPORT = (DatabaseLost, DatabaseUnavailable)


async def check_report(asking: Asking, report: Report) -> list[Finding]:
    """What PostgreSQL has against its SQL, its defaults, its rights and its options.

    Raises DatabaseUnavailable or DatabaseLost where it cannot be asked.
    """
    findings = [each async for each in _statement(asking, report)]
    for parameter in report.parameters:
        findings += [each async for each in _options(asking, report, parameter)]
    return findings


async def _statement(asking: Asking, report: Report) -> AsyncIterator[Finding]:
    try:
        async with asking.reading() as connection:
            description = await describe_report(connection, report)
    except NOT_THE_REPORT:
        raise
    except RowstreamError as error:
        yield _in_statement(report, error)
        return
    defaults = Query(arguments={each.name: each.default for each in report.parameters})
    try:
        composition = compose(report, description, defaults)
    except RowstreamError as error:
        yield _finding(report, report.line, str(error))
        return
    findings = [each async for each in _defaults(asking, report, composition)]
    for each in findings or [each async for each in _plan(asking, report, composition)]:
        yield each


async def _defaults(
    asking: Asking, report: Report, composition: Composition
) -> AsyncIterator[Finding]:
    given = [each for each in report.parameters if each.default is not None]
    async with asking.reading() as connection:
        for parameter, value in zip(given, composition.values, strict=True):
            try:
                await check_values(connection, [value])
            except InvalidArgument as error:
                yield _finding(report, parameter.line, f"The default does not parse. {error}")


async def _plan(asking: Asking, report: Report, composition: Composition) -> AsyncIterator[Finding]:
    """EXPLAIN checks the rights too."""
    try:
        async with asking.reading() as connection:
            await explain(connection, composition.explainable, composition.binds)
    except NOT_THE_REPORT:
        raise
    except RowstreamError as error:
        yield _finding(report, report.line, complaint(error).words)


async def _options(asking: Asking, report: Report, parameter: Parameter) -> AsyncIterator[Finding]:
    if parameter.options is None:
        return
    try:
        async with asking.reading(report.timezone) as connection:
            await read_options(connection, parameter.options)
    except NOT_THE_REPORT:
        raise
    except RowstreamError as error:
        words = complaint(error).words
        yield _finding(report, parameter.line, f"The options of {parameter.name!r}: {words}")


def _in_statement(report: Report, error: RowstreamError) -> Finding:
    said = complaint(error)
    line = report.line + report.sql.count("\n", 0, said.position or 0)
    return _finding(report, line, said.words)


def _finding(report: Report, line: int, message: str) -> Finding:
    return Finding(report=report.name, source=report.source, line=line, message=message)
