"""What the planner says of a statement, and that nothing of it runs."""

from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.database.explain import MOST_ROWS, explain

if TYPE_CHECKING:
    from app.database.pool import Connection


async def test_a_plan_has_the_planners_rows_and_cost(connection: "Connection") -> None:
    plan = await explain(connection, "select * from generate_series(1, $1::text::int)", ["500"])

    assert plan.rows == 500
    assert plan.cost > 0


async def test_more_rows_cost_more(connection: "Connection") -> None:
    sql = "select * from generate_series(1, $1::text::int) order by 1"

    costs = [(await explain(connection, sql, [count])).cost for count in ("10", "100000")]

    assert costs[0] < costs[1]


async def test_an_estimate_past_what_json_counts_is_the_most(connection: "Connection") -> None:
    many = ", ".join(f"generate_series(1, 1000000) as t{number}" for number in range(5))

    assert (await explain(connection, f"select 1 from {many}", [])).rows == MOST_ROWS


async def test_nothing_runs(connection: "Connection") -> None:
    plan = await explain(connection, "select 1 / i from generate_series(0, 9) as i", [])

    assert plan.rows == 10


async def test_rights_are_checked(connection: "Connection") -> None:
    async with connection.transaction():
        await connection.execute("create role nobody_reads; create table owned (a int)")
        await connection.execute("set local role nobody_reads")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await explain(connection, "select * from owned", [])
        await connection.execute("reset role; drop table owned; drop role nobody_reads")
