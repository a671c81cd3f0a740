"""Asks PostgreSQL about a report, and puts the report's labels on the answer."""

import asyncio
from typing import TYPE_CHECKING

from app.catalog.report import Column, Description, Report
from app.database.describe import Described, KnownTypes, describe

if TYPE_CHECKING:
    from app.database.pool import Connection


async def describe_report(
    connection: "Connection", report: Report, known: KnownTypes | None = None
) -> Description:
    """Prepare the report alone: so it is one statement, and its types are today's.

    Raises what asyncpg raises. In a transaction of the caller's it stays in that one.
    """
    described = await describe(connection, report.sql, known)
    await asyncio.sleep(0)  # 1,600 columns take milliseconds here too
    return description(report, described)


def description(report: Report, described: Described) -> Description:
    """The columns keep their place; a label is given by a column's name, else it is the name."""
    return Description(
        parameter_types=tuple(each.name for each in described.parameters),
        parameter_casts=tuple(each.cast for each in described.parameters),
        columns=tuple(
            Column(
                name=name,
                type=type_.name,
                label=report.labels.get(name, name),
                oid=type_.oid,
                cast=type_.cast,
                output=type_.output,
                variable=type_.variable,
                equality=type_.equality,
                ordering=type_.ordering,
                textual=type_.textual,
            )
            for name, type_ in described.columns
        ),
    )
