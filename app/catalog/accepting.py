"""A query as PostgreSQL has accepted it, before its first row is read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.catalog.query import Query
from app.catalog.report import Description, Report
from app.catalog.statement import Composition, compose
from app.database.explain import Plan, explain
from app.database.values import check_values
from app.database.volatility import Calls, calls_of

if TYPE_CHECKING:
    from app.database.pool import Connection

Describe = Callable[["Connection", Report], Awaitable[Description]]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The statement, its plan, and what functions the report calls."""

    composition: Composition
    plan: Plan
    calls: Calls


async def accepted(
    connection: "Connection", describe: Describe, report: Report, query: Query
) -> Accepted:
    """In the reading transaction. Raises what refuses the query, PostgreSQL's words included.

    The report is prepared alone first: so it is one statement, and the types are today's.
    """
    composition = compose(report, await describe(connection, report), query)
    await check_values(connection, [each for each in composition.values if not each.built_in])
    plan = await explain(connection, composition.explainable, composition.binds)
    return Accepted(composition, plan, await calls_of(connection, report.sql))
