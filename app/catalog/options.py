"""The values that a parameter offers, read from the database with a report's `options`."""

from typing import TYPE_CHECKING

from app.catalog.describing import describe_report
from app.catalog.forms import Option
from app.catalog.query import Query
from app.catalog.report import Report
from app.catalog.statement import compose
from app.errors import ReportBroken

if TYPE_CHECKING:
    from app.database.pool import Connection

MOST_OPTIONS = 1000
# Characters of a value or label: people choose from them.
LONGEST = 1000


async def read_options(connection: "Connection", sql: str) -> list[Option]:
    """At most 1,000 values; the second column, where there is one, is the label.

    Raises what asyncpg raises, ReportBroken for another number of columns. Values that are too
    long to choose from are left out.
    """
    report = options_report(sql)
    description = await describe_report(connection, report)
    if len(description.columns) > len(Option.__annotations__):
        raise ReportBroken("Options have one column of values and at most one of labels.")
    composition = compose(report, description, Query(limit=MOST_OPTIONS))
    rows = await connection.fetch(composition.select(LONGEST))
    options = [Option(value=row[0], label=row[-1] or row[0]) for row in rows]
    return [each for each in options if len(each["value"] or "") <= LONGEST]


def options_report(sql: str) -> Report:
    """Options are read as a report is, so that their values are printed as its values are."""
    return Report(name="options", title="Options", sql=sql)
