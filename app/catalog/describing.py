"""Puts a report's labels on what PostgreSQL said of its columns."""

from app.catalog.report import Column, Description, Report
from app.database.describe import Described


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
