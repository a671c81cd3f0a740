"""Finished runs are kept for an hour, are gone for a week, and are then unknown."""

from collections.abc import Awaitable, Callable

import pytest

from app.runs.run import RunId
from tests.limits.state import (
    backdate,
    executed,
    saved,
    until_forgotten,
    until_gone,
    until_saved,
    until_status,
)
from tests.problem import assert_problem
from tests.serving import Served

Serve = Callable[..., Awaitable[Served]]
WEEK = 7 * 24 * 3600.0

pytestmark = pytest.mark.slow


@pytest.fixture
async def server(serve: Serve) -> Served:
    return await serve()


async def expired(server: Served) -> str:
    """A run that was finished and has expired."""
    run = await server.finished("numbers")
    await until_saved(server, run)
    await backdate(server, run, "expires_at", 1)
    await until_gone(server, run)
    return run


async def test_a_finished_run_is_kept_for_as_long_as_the_settings_say(serve: Serve) -> None:
    server = await serve(backlog_ttl=120.0)
    run = (await server.client.get(f"/api/runs/{await server.finished('numbers')}")).json()

    [row] = await executed(
        server,
        "select extract(epoch from $1::text::timestamptz - $2::text::timestamptz)::int as kept",
        run["expires_at"],
        run["finished_at"],
    )

    assert row["kept"] == 120


async def test_an_expired_run_is_gone_everywhere_but_from_memory(server: Served) -> None:
    run = await expired(server)

    for rest in ("", "/stream", "/chunks", "/chunks/1", "/rows.csv"):
        assert_problem(await server.client.get(f"/api/runs/{run}{rest}"), "gone")
    assert_problem(await server.client.delete(f"/api/runs/{run}"), "gone")
    assert (await server.client.get("/api/runs")).json() == {"runs": []}


async def test_the_files_of_an_expired_run_are_deleted(server: Served) -> None:
    run = await expired(server)

    assert list((server.settings.data / "backlog").iterdir()) == []
    assert (await saved(server, run))["bytes"] == 0


async def test_nothing_of_a_run_in_progress_expires(server: Served) -> None:
    run = await server.start("sleeping")
    await expired(server)

    assert (await saved(server, run))["expires_at"] is None
    assert (await server.client.get(f"/api/runs/{run}/chunks")).status_code == 200


async def test_a_run_that_was_gone_for_a_week_is_unknown(server: Served) -> None:
    run = await expired(server)
    await backdate(server, run, "deleted_at", WEEK + 1)

    await until_forgotten(server, run)

    assert_problem(await server.client.get(f"/api/runs/{run}"), "not_found")


async def test_a_run_that_was_gone_for_almost_a_week_is_still_gone(server: Served) -> None:
    run, marker = await expired(server), await expired(server)
    await backdate(server, run, "deleted_at", WEEK - 60)
    await backdate(server, marker, "deleted_at", WEEK + 1)
    await until_forgotten(server, marker)

    assert_problem(await server.client.get(f"/api/runs/{run}"), "gone")


async def test_who_reads_a_run_that_expires_meanwhile_reads_to_its_end(server: Served) -> None:
    run = await server.finished("numbers")
    await until_saved(server, run)
    with server.runs.reader(await server.runs.get(RunId(run))) as reader:
        await backdate(server, run, "expires_at", 1)
        await until_gone(server, run)

        assert reader.rows() == 2500
        assert reader.chunk(3)


async def test_a_run_that_is_still_read_by_postgresql_outlives_the_time_to_keep(
    serve: Serve,
) -> None:
    server = await serve(backlog_ttl=0.5)
    run = await server.start("sleeping")
    await until_status(server, run, "processing")
    ended = await server.finished("numbers", n=1)

    await until_gone(server, ended)

    assert (await server.runs.get(RunId(run))).status == "processing"
