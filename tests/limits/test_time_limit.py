"""A run has a time limit of its own, which begins when it leaves the line."""

from collections.abc import Awaitable, Callable

import pytest

from tests.activity import backends
from tests.limits.state import until_final, until_run, until_status
from tests.problem import assert_problem_object
from tests.readers import both_readers
from tests.serving import Served

Serve = Callable[..., Awaitable[Served]]

pytestmark = pytest.mark.slow


@both_readers
async def test_a_run_past_its_limit_fails_and_keeps_its_rows(serve: Serve) -> None:
    server = await serve(run_timeout=1.0)
    run = await server.start("steady")

    ended = await until_final(server, run)
    kept = await server.client.get(f"/api/runs/{run}/rows.csv")

    assert_problem_object(dict(ended.error or {}), "timeout")
    assert kept.text.count("\n") - 1 == ended.rows > 0


async def test_the_limit_is_the_whole_run_and_not_a_fetch(serve: Serve) -> None:
    server = await serve(run_timeout=1.5)
    ended = await until_final(server, await server.start("steady"))

    assert ended.started_at is not None
    assert ended.finished_at is not None
    assert 1.4 < (ended.finished_at - ended.started_at).total_seconds() < 4


@both_readers
async def test_no_backend_works_for_a_run_past_its_limit(serve: Serve) -> None:
    server = await serve(run_timeout=0.5)
    run = await server.start("sleeping")

    await until_final(server, run)

    assert await backends(str(server.settings.database_url), f"rowstream {run[:8]}") == {}


async def test_time_in_line_does_not_count(serve: Serve) -> None:
    server = await serve(pool=1, run_timeout=2.0)
    runs = [await server.start("second") for _ in range(4)]

    ended = [await until_final(server, run) for run in runs]

    assert [run.status for run in ended] == ["completed"] * 4
    assert ended[-1].elapsed_ms(ended[-1].created_at) > 3000


async def test_a_reports_own_limit_goes_before_the_servers(serve: Serve) -> None:
    server = await serve(run_timeout=60.0)
    reports = server.settings.reports
    assert reports is not None
    own = "-- timeout = 0.5\nselect pg_sleep(60)::text as slept\n"
    (reports / "own_limit.sql").write_text(own)

    ended = await until_final(server, await server.start("own_limit"))

    assert "0.5 seconds" in str((ended.error or {})["detail"])


@both_readers
async def test_a_run_past_its_limit_makes_room_for_the_next_in_line(serve: Serve) -> None:
    server = await serve(pool=1, run_timeout=1.0)
    await server.start("sleeping")
    waiting = await server.start("numbers")

    await until_status(server, waiting, "pending")
    now = await until_run(server, waiting, lambda run: run.is_final, "its end")

    assert now.status == "completed"
