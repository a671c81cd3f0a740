"""The runs of a process that died are ended by another: with what they had, and only when dead."""

import os
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.settings import Settings
from tests.adversity.server_process import ServerProcess, server_process
from tests.limits.state import (
    backdate,
    executed,
    saved,
    until_final,
    until_gone,
    until_saved,
    until_status,
)
from tests.problem import assert_problem_object
from tests.serving import Served, until
from tests.wire import asked

Serve = Callable[..., Awaitable[Served]]

pytestmark = pytest.mark.slow


@asynccontextmanager
async def other(settings: Settings) -> AsyncGenerator[tuple[ServerProcess, str]]:
    """Another server process on the same state, and a run of it that has rows."""
    async with server_process(settings) as process:
        run = await process.start("steady")
        while not (await process.get(run))["rows"]:
            continue
        yield process, run


async def round_made(server: Served) -> None:
    """Return when the janitor has gone round once more: what expires now is then gone."""
    marker = await server.finished("empty")
    await until_saved(server, marker)
    await backdate(server, marker, "expires_at", 1)
    await until_gone(server, marker)


def is_dead(process: ServerProcess) -> bool:
    """Whether it runs no more; its files are closed then."""
    return not Path(f"/proc/{process.pid}/fd/0").exists()


async def is_ended(server: Served, run: str) -> bool:
    """Whether the state has it that the run has failed."""
    return (await saved(server, run))["status"] == "failed"


async def test_a_dead_process_is_noticed_by_its_silence(serve: Serve, settings: Settings) -> None:
    server, third = await serve(), await serve()
    async with other(settings) as (process, run):
        async with asked(server.url, f"/api/runs/{run}/stream") as wire:
            await wire.take()
            os.kill(process.pid, signal.SIGKILL)
            await backdate(server, run, "heartbeat", 11)
            names = [event.type async for event in wire.events()]
        ended = await until_final(third, run)

    assert_problem_object(dict(ended.error or {}), "interrupted")
    assert (await server.client.get(f"/api/runs/{run}/chunks")).json()["rows"] == ended.rows > 0
    assert (names.count("failed"), names[-1]) == (1, "failed")


async def test_a_process_that_was_heard_lately_is_not_taken_for_dead(
    serve: Serve, settings: Settings
) -> None:
    server = await serve()
    async with other(settings) as (process, run):
        os.kill(process.pid, signal.SIGKILL)
        await backdate(server, run, "heartbeat", 2)
        await round_made(server)

        assert not await is_ended(server, run)


async def test_a_server_that_starts_ends_what_a_dead_one_left_at_once(
    serve: Serve, settings: Settings
) -> None:
    async with other(settings) as (process, run):
        os.kill(process.pid, signal.SIGKILL)
        await until(lambda: is_dead(process), "its death")
        server = await serve()

        assert await is_ended(server, run)


async def test_a_process_that_is_silent_but_alive_keeps_its_run(
    serve: Serve, settings: Settings
) -> None:
    server = await serve()
    async with other(settings) as (process, run):
        os.kill(process.pid, signal.SIGSTOP)
        try:
            await backdate(server, run, "heartbeat", 60)
            await round_made(server)
            assert not await is_ended(server, run)
        finally:
            os.kill(process.pid, signal.SIGCONT)

        answer = await process.client.delete(f"/api/runs/{run}")
        assert answer.json()["status"] == "cancelled"


@pytest.mark.parametrize(("silence", "ended"), [(15, False), (21, True)])
async def test_where_the_files_are_elsewhere_it_takes_twice_the_silence(
    serve: Serve, settings: Settings, tmp_path: Path, silence: float, ended: bool
) -> None:
    server = await serve(data=tmp_path / "elsewhere")
    async with other(replace(settings, data=tmp_path / "theirs")) as (process, run):
        os.kill(process.pid, signal.SIGKILL)
        await until(lambda: is_dead(process), "its death")
        await backdate(server, run, "heartbeat", silence)
        await round_made(server)

        assert await is_ended(server, run) == ended


async def test_an_end_that_was_written_and_not_saved_is_told_as_it_was(serve: Serve) -> None:
    server = await serve()
    run = await server.finished("numbers")
    await until_saved(server, run)
    await executed(
        server,
        "update rowstream.run set status = 'processing', process = 'dead', finished_at = null,"
        " expires_at = null, rows = 7, heartbeat = now() - interval '11 seconds' where id = $1",
        run,
    )

    ended = await until_final(server, run)

    assert (ended.status, ended.rows, ended.chunks) == ("completed", 2500, 3)
    assert ended.expires_at is not None


async def test_a_run_whose_owner_died_while_it_waited_is_ended_too(
    serve: Serve, settings: Settings
) -> None:
    server = await serve()
    async with server_process(settings, pool=1) as process:
        _, waiting = [await process.start("sleeping") for _ in range(2)]
        os.kill(process.pid, signal.SIGKILL)
        await backdate(server, waiting, "heartbeat", 11)

        ended = await until_final(server, waiting)

    assert (ended.rows, ended.started_at, (ended.error or {})["code"]) == (0, None, "interrupted")


async def test_a_dead_process_does_not_count_against_its_owner_for_long(
    serve: Serve, settings: Settings
) -> None:
    server = await serve(runs_per_owner=1)
    async with server_process(settings) as process:
        run = await process.start("sleeping")
        os.kill(process.pid, signal.SIGKILL)
        await backdate(server, run, "heartbeat", 11)
        await until_final(server, run)

        assert await server.start("numbers")


async def test_a_run_in_progress_gives_signs_of_life(serve: Serve) -> None:
    server = await serve()
    run = await server.start("sleeping")
    await until_status(server, run, "processing")
    await backdate(server, run, "heartbeat", 9)

    for _ in range(2):
        before = (await saved(server, run))["heartbeat"]
        while (await saved(server, run))["heartbeat"] == before:
            continue
