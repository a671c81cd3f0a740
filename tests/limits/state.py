"""The state database as a test sees and changes it: what is saved of runs, and time gone by."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import asyncpg

from app.errors import Gone
from app.runs.run import Run, RunId
from tests.serving import Served, until

WAIT_SECONDS = 15.0
LOOK_SECONDS = 0.02


async def executed(server: Served, statement: str, *binds: object) -> list[dict[str, Any]]:
    """The rows of a statement in the state database."""
    connection = await asyncpg.connect(server.settings.state_url)
    try:
        return [dict(row) for row in await connection.fetch(statement, *binds)]
    finally:
        await connection.close()


async def saved(server: Served, run: str) -> dict[str, Any]:
    """What the state database has of a run."""
    [row] = await executed(server, "select * from rowstream.run where id = $1", run)
    return row


async def backdate(server: Served, run: str, column: str, seconds: float) -> None:
    """Move a time of a run into the past."""
    await executed(
        server,
        f"update rowstream.run set {column} = now() - make_interval(secs => $2) where id = $1",
        run,
        seconds,
    )


async def until_run(server: Served, run: str, holds: Callable[[Run], bool], what: str) -> Run:
    """The run once something holds of it, not counted as followed; fails after 15 seconds."""
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while not holds(now := await server.runs.get(RunId(run))):
        assert asyncio.get_running_loop().time() < deadline, f"{what} did not happen: {now}"
        await asyncio.sleep(LOOK_SECONDS)
    return now


async def until_final(server: Served, run: str) -> Run:
    """The run when it has ended."""
    return await until_run(server, run, lambda now: now.is_final, "its end")


async def until_status(server: Served, run: str, status: str) -> Run:
    """The run when it has this status."""
    return await until_run(server, run, lambda now: now.status == status, status)


async def until_saved(server: Served, run: str) -> None:
    """Return when the server has saved the end of the run."""
    await until(lambda: RunId(run) not in server.runs.locals, "the saving of the run")


async def until_gone(server: Served, run: str) -> None:
    """Return when the run has expired."""
    with suppress(Gone):
        await until_run(server, run, lambda _: False, "its expiry")


async def until_forgotten(server: Served, run: str) -> None:
    """Return when the state database has no such run any more; fails after 15 seconds."""
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while await executed(server, "select from rowstream.run where id = $1", run):
        assert asyncio.get_running_loop().time() < deadline, "the run was not forgotten"
        await asyncio.sleep(LOOK_SECONDS)
