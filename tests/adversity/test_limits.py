"""Limits hold at the same instant and across processes, and say what they are."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import pytest

from app.settings import Settings
from tests.adversity.live import live
from tests.adversity.recovery import failed, kept_rows
from tests.problem import assert_problem
from tests.serving import LOOK_SECONDS, Served, serving_reports

MIB = 1024 * 1024
WAIT_SECONDS = 15.0


async def until_answer(client: httpx.AsyncClient, path: str, status: int) -> httpx.Response:
    """The first answer of this status, within fifteen seconds."""
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while (answer := await client.get(path)).status_code != status:
        assert asyncio.get_running_loop().time() < deadline, answer.text
        await asyncio.sleep(LOOK_SECONDS)
    return answer


@asynccontextmanager
async def person(server: Served, letter: str) -> AsyncGenerator[httpx.AsyncClient]:
    """An owner with a cookie of his own."""
    cookies = {"rowstream_owner": letter * 32}
    coding = {"Accept-Encoding": "identity"}
    async with httpx.AsyncClient(base_url=server.url, cookies=cookies, headers=coding) as client:
        yield client


async def execute(settings: Settings, statement: str, *binds: object) -> None:
    connection = await asyncpg.connect(settings.state_url)
    try:
        await connection.execute(statement, *binds)
    finally:
        await connection.close()


async def test_of_six_starts_at_the_same_instant_five_run(server: Served) -> None:
    answers = await asyncio.gather(
        *(server.client.post("/api/reports/paced/runs") for _ in range(6))
    )

    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [429]
    [refused] = [answer for answer in answers if answer.status_code == 429]
    listed = assert_problem(refused, "too_many_runs")["runs"]
    started = {answer.json()["run"] for answer in answers if answer.status_code == 201}
    assert {run["run"] for run in listed} == started


async def test_the_limit_counts_across_servers(server: Served, settings: Settings) -> None:
    async with serving_reports(settings) as other:
        answers = await asyncio.gather(
            *(each.client.post("/api/reports/paced/runs") for each in (server, other) * 3)
        )

    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [429]


async def test_an_end_makes_room_for_a_start(server: Served) -> None:
    first, *_ = [await server.start("paced") for _ in range(5)]
    await server.client.delete(f"/api/runs/{first}")
    answer = await until_started(server.client)

    assert answer.status_code == 201


async def until_started(client: httpx.AsyncClient) -> httpx.Response:
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while (answer := await client.post("/api/reports/narrow/runs")).status_code == 429:
        assert asyncio.get_running_loop().time() < deadline, answer.text
        await asyncio.sleep(LOOK_SECONDS)
    return answer


async def test_another_owner_has_a_limit_of_his_own(server: Served) -> None:
    for _ in range(5):
        await server.start("paced")
    async with person(server, "a") as other:
        assert (await other.post("/api/reports/narrow/runs")).status_code == 201


def position(run: dict[str, Any]) -> tuple[str, str | None, int | None]:
    return run["status"], run["stage"], run["position"]


async def test_runs_wait_in_order_and_are_told_their_place(settings: Settings) -> None:
    async with serving_reports(replace(settings, pool=1, queue=2)) as server:
        running, second, third = [await server.start("paced") for _ in range(3)]
        async with live(server.url, third) as follower:
            await follower.until(lambda ledger: '"position":2' in ledger.events[-1].data, "place 2")
            await server.client.delete(f"/api/runs/{running}")
            await follower.until(lambda ledger: '"position":1' in ledger.events[-1].data, "place 1")

        looked = [(await server.client.get(f"/api/runs/{run}")).json() for run in (second, third)]
        assert looked[0]["status"] == "processing"
        assert position(looked[1]) == ("pending", "queued", 1)


async def test_when_the_line_is_full_starts_are_refused(settings: Settings) -> None:
    async with serving_reports(replace(settings, pool=1, queue=2)) as server:
        for _ in range(3):
            await server.start("paced")
        assert_problem(await server.client.post("/api/reports/paced/runs"), "busy")


@pytest.mark.slow
async def test_a_run_that_nobody_follows_is_cancelled(settings: Settings) -> None:
    async with serving_reports(replace(settings, follower_grace=1.0)) as server:
        run = await server.start("lasting")
        local = server.runs.locals[next(iter(server.runs.locals))]
        async with asyncio.timeout(WAIT_SECONDS):
            await local.runner.ended.wait()

        ended = (await server.client.get(f"/api/runs/{run}")).json()
        assert (ended["status"], ended["reason"]) == ("cancelled", "follower_left")
        assert await kept_rows(server, run) == ended["rows"]


@pytest.mark.slow
async def test_a_run_that_is_followed_goes_on(settings: Settings) -> None:
    async with serving_reports(replace(settings, follower_grace=6.0)) as server:
        run = await server.start("lasting")
        async with live(server.url, run) as follower:
            await follower.until(lambda _: follower.times[-1][0] - follower.began > 9, "9 seconds")

        assert not follower.ledger.ended


@pytest.mark.slow
async def test_a_run_ends_at_its_time_limit_and_keeps_its_rows(settings: Settings) -> None:
    async with serving_reports(replace(settings, run_timeout=1.5)) as server:
        run = await server.start("paced")
        async with live(server.url, run) as follower:
            problem = await failed(server, run, follower, "timeout")

        assert "1.5 seconds" in problem["detail"]
        assert 1500 <= follower.ledger.end["elapsed_ms"] < 4000


@pytest.mark.slow
async def test_waiting_in_line_does_not_count_for_the_time_limit(settings: Settings) -> None:
    async with serving_reports(replace(settings, run_timeout=1.5, pool=1)) as server:
        await server.start("paced")
        run = await server.start("sorting", seconds=1)
        async with live(server.url, run) as follower:
            await follower.until_end()

        assert follower.ledger.end["status"] == "completed"
        assert follower.ledger.end["elapsed_ms"] > 2000


async def test_a_run_may_fill_so_many_bytes(settings: Settings) -> None:
    async with serving_reports(replace(settings, backlog_run_bytes=MIB)) as server:
        run = await server.start("incompressible")
        async with live(server.url, run) as follower:
            problem = await failed(server, run, follower, "too_large")

        assert "1,048,576 bytes" in problem["detail"]
        assert MIB / 1100 < len(follower.ledger.rows) < 5 * MIB / 1000


async def test_an_owner_may_fill_a_quarter(settings: Settings) -> None:
    async with serving_reports(replace(settings, backlog_bytes=2 * MIB)) as server:
        await server.finished("incompressible", n=1500)
        refused = await server.client.post("/api/reports/narrow/runs")
        assert "Your space" in assert_problem(refused, "storage")["detail"]

        async with person(server, "b") as other:
            assert (await other.post("/api/reports/narrow/runs")).status_code == 201


@pytest.mark.slow
async def test_a_run_beyond_the_share_of_its_owner_ends(settings: Settings) -> None:
    async with serving_reports(replace(settings, backlog_bytes=4 * MIB)) as server:
        run = await server.start("growing")
        async with live(server.url, run) as follower:
            await failed(server, run, follower, "storage")


@pytest.mark.slow
async def test_the_oldest_finished_runs_make_room(settings: Settings) -> None:
    runs: list[str] = []
    async with serving_reports(replace(settings, backlog_bytes=2 * MIB)) as server:
        for letter in "abcdef":
            async with person(server, letter) as owner:
                run = replace(server, client=owner)
                runs.append(await run.finished("incompressible", n=700))

        await until_answer(server.client, f"/api/runs/{runs[0]}", 410)
        assert (await server.client.get(f"/api/runs/{runs[-1]}")).status_code == 200


@pytest.mark.slow
async def test_what_has_expired_is_gone_and_after_a_week_forgotten(
    server: Served, settings: Settings
) -> None:
    run = await server.finished("narrow")
    update = "update rowstream.run set {} where id = $1"
    await execute(settings, update.format("expires_at = now() - interval '1 second'"), run)
    gone = await until_answer(server.client, f"/api/runs/{run}", 410)
    assert_problem(gone, "gone")
    assert not list((settings.data / "backlog").iterdir())

    await execute(settings, update.format("deleted_at = now() - interval '7 days 1 second'"), run)
    assert_problem(await until_answer(server.client, f"/api/runs/{run}", 404), "not_found")
