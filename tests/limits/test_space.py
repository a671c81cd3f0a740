"""Backlogs are bounded: a run's, an owner's share, all together; the oldest finished go first."""

from collections.abc import Awaitable, Callable

import pytest

from app.runs.run import RunId
from tests.limits.owners import owner, start
from tests.limits.state import executed, saved, until_final, until_gone, until_saved
from tests.problem import assert_problem, assert_problem_object
from tests.readers import both_readers
from tests.serving import Served

Serve = Callable[..., Awaitable[Served]]
KIB, MIB = 2**10, 2**20

pytestmark = pytest.mark.slow


async def sized(server: Served, run: str, size: int) -> None:
    """Let the registry have it that the run's backlog is so large."""
    await until_saved(server, run)
    await executed(server, "update rowstream.run set bytes = $2 where id = $1", run, size)


async def beaten(server: Served, run: str) -> None:
    """Return when the run has given two more signs of life."""
    for _ in range(2):
        before = (await saved(server, run))["heartbeat"]
        while (await saved(server, run))["heartbeat"] == before:
            assert not (await server.runs.get(RunId(run))).is_final, "the run ended"


@both_readers
async def test_a_run_past_its_size_is_too_large_and_keeps_its_rows(serve: Serve) -> None:
    server = await serve(backlog_run_bytes=256 * KIB)
    run = await server.start("writing")

    ended = await until_final(server, run)
    kept = await server.client.get(f"/api/runs/{run}/rows.csv")

    assert_problem_object(dict(ended.error or {}), "too_large")
    assert "262,144 bytes" in str((ended.error or {})["detail"])
    assert kept.text.count("\n") - 1 == ended.rows > 0
    assert 256 * KIB <= ended.bytes < 512 * KIB


@both_readers
async def test_a_run_that_fills_its_owners_share_ends_and_keeps_its_rows(serve: Serve) -> None:
    server = await serve(backlog_bytes=4 * MIB)
    run = await server.start("writing")

    ended = await until_final(server, run)

    assert_problem_object(dict(ended.error or {}), "storage")
    assert "Your space" in str((ended.error or {})["detail"])
    assert (await server.client.get(f"/api/runs/{run}/chunks")).json()["rows"] == ended.rows > 0


async def test_an_owner_without_room_cannot_start_and_others_can(serve: Serve) -> None:
    server = await serve(backlog_bytes=40 * MIB)
    async with owner(server, "greedy") as greedy, owner(server, "modest") as modest:
        run = await start(greedy, "empty")
        await sized(server, run, 10 * MIB)

        refused = await greedy.post("/api/reports/empty/runs")
        streamed = await greedy.get("/api/reports/stream/empty")
        await start(modest, "empty")

    assert "Your space" in assert_problem(refused, "storage")["detail"]
    assert_problem(streamed, "storage")


async def test_an_owner_with_room_again_can_start(serve: Serve) -> None:
    server = await serve(backlog_bytes=40 * MIB)
    run = await server.finished("empty")
    await sized(server, run, 10 * MIB)
    assert_problem(await server.client.post("/api/reports/empty/runs"), "storage")

    await executed(server, "update rowstream.run set expires_at = now() where id = $1", run)
    await until_gone(server, run)

    assert await server.start("empty")


async def test_the_oldest_finished_runs_make_room_for_a_new_one(serve: Serve) -> None:
    server = await serve(backlog_bytes=40 * MIB)
    runs: list[str] = []
    for name in "abcde":
        async with owner(server, name) as somebody:
            runs.append(await start(somebody, "empty"))
            await until_final(server, runs[-1])
    for run in runs:
        await sized(server, run, 9 * MIB)

    await until_gone(server, runs[0])

    assert [await is_kept(server, run) for run in runs] == [False, True, True, True, True]


async def is_kept(server: Served, run: str) -> bool:
    return (await server.client.get(f"/api/runs/{run}/chunks")).status_code == 200


async def test_a_start_is_not_refused_where_finished_runs_can_go(serve: Serve) -> None:
    server = await serve(backlog_bytes=40 * MIB)
    async with owner(server, "before") as before, owner(server, "now") as now:
        old = await start(before, "empty")
        await sized(server, old, 41 * MIB)

        await start(now, "empty")

    await until_gone(server, old)


async def test_a_run_is_not_ended_where_finished_runs_can_go(serve: Serve) -> None:
    server = await serve(backlog_bytes=40 * MIB)
    async with owner(server, "before") as before, owner(server, "now") as now:
        old = await start(before, "empty")
        run = await start(now, "sleeping")
        await sized(server, old, 41 * MIB)

        await until_gone(server, old)
        await beaten(server, run)


async def test_runs_in_progress_that_fill_all_end_and_starts_are_refused(serve: Serve) -> None:
    one, two = await serve(backlog_bytes=40 * MIB), await serve(backlog_bytes=40 * MIB)
    async with owner(one, "one") as here, owner(two, "two") as there:
        theirs = await start(here, "sleeping")
        mark = "update rowstream.run set bytes = $2, process = 'another' where id = $1"
        await executed(one, mark, theirs, 41 * MIB)
        refused = await there.post("/api/reports/empty/runs")

    assert "The server's space" in assert_problem(refused, "storage")["detail"]
