"""An owner has five runs in progress, counted in PostgreSQL, whoever serves them."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.limits.owners import owner, start, start_all
from tests.limits.state import executed
from tests.problem import assert_problem
from tests.serving import Served

Serve = Callable[..., Awaitable[Served]]
IN_PROGRESS = """
select count(*) from rowstream.run where status in ('pending', 'processing')
"""

pytestmark = pytest.mark.slow


async def in_progress(server: Served) -> int:
    [row] = await executed(server, IN_PROGRESS)
    return row["count"]


async def test_of_twelve_starts_at_once_exactly_five_are_let_in(serve: Serve) -> None:
    server = await serve()

    answers = await start_all(server.client, report="sleeping", times=12)

    assert Counter(answer.status_code for answer in answers) == {201: 5, 429: 7}
    assert await in_progress(server) == 5


async def test_starts_at_once_through_two_servers_are_counted_together(serve: Serve) -> None:
    one, two = await serve(), await serve()

    async with owner(one, "somebody") as here, owner(two, "somebody") as there:
        answers = await start_all(here, there, report="sleeping", times=6)

    assert Counter(answer.status_code for answer in answers) == {201: 5, 429: 7}
    assert await in_progress(one) == 5


async def test_the_refusal_lists_the_runs_of_both_servers(serve: Serve) -> None:
    one, two = await serve(runs_per_owner=2), await serve(runs_per_owner=2)
    async with owner(one, "somebody") as here, owner(two, "somebody") as there:
        started = [await start(here, "sleeping"), await start(there, "sleeping")]
        answer = await here.post("/api/reports/sleeping/runs")

    problem = assert_problem(answer, "too_many_runs")
    assert [run["run"] for run in problem["runs"]] == started[::-1]
    assert {run["links"]["cancel"] for run in problem["runs"]} == {
        f"/api/reports/cancel/{run}" for run in started
    }


async def test_what_the_refusal_lists_can_be_cancelled_and_makes_room_at_once(
    serve: Serve,
) -> None:
    server = await serve(runs_per_owner=1)
    await server.start("sleeping")
    for _ in range(5):
        answer = await server.client.post("/api/reports/sleeping/runs")
        [listed] = assert_problem(answer, "too_many_runs")["runs"]
        assert (await server.client.post(listed["links"]["cancel"])).status_code == 200
        await server.start("sleeping")


async def test_whoever_was_told_the_end_can_start_the_next(serve: Serve) -> None:
    server = await serve(runs_per_owner=1)
    for _ in range(10):
        assert (await server.events("/api/reports/stream/empty"))[-1].type == "completed"


async def test_an_end_that_is_told_but_not_saved_does_not_count(serve: Serve) -> None:
    server = await serve(runs_per_owner=1)
    run = await server.start("steady")
    async with locked(server, run) as unlock:
        await server.client.delete(f"/api/runs/{run}")
        starting = asyncio.create_task(server.start("empty"))
        await asyncio.wait([starting], timeout=0.3)
        await unlock()

        assert await starting


@asynccontextmanager
async def locked(server: Served, run: str) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
    """Inside, until it is unlocked, nothing can be saved of the run."""
    connection = await asyncpg.connect(server.settings.state_url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("select from rowstream.run where id = $1 for update", run)
        yield transaction.rollback
    finally:
        await connection.close()


async def test_other_people_are_not_held_up(serve: Serve) -> None:
    server = await serve(runs_per_owner=1)

    async with owner(server, "one") as one, owner(server, "two") as two:
        answers = await start_all(one, two, server.client, report="sleeping", times=2)

    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 429, 429, 429]


async def test_runs_that_wait_in_line_are_in_progress_too(serve: Serve) -> None:
    server = await serve(pool=1, runs_per_owner=3)
    for _ in range(3):
        await server.start("sleeping")

    answer = await server.client.post("/api/reports/sleeping/runs")

    listed = assert_problem(answer, "too_many_runs")["runs"]
    assert [run["status"] for run in listed] == ["pending", "pending", "processing"]


@pytest.mark.parametrize("report", ["broken", "numbers?n=many", "numbers?limit=0", "nope"])
async def test_a_start_that_was_refused_does_not_count(serve: Serve, report: str) -> None:
    server = await serve(runs_per_owner=1)
    name, _, query = report.partition("?")
    for _ in range(3):
        answer = await server.client.post(f"/api/reports/{name}/runs?{query}")
        assert answer.status_code in (400, 404, 500)

    assert await server.start("sleeping")
