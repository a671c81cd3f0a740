"""What PostgreSQL's backends are doing, asked of PostgreSQL."""

import asyncio

import asyncpg

WAIT_SECONDS = 10.0
LOOK_SECONDS = 0.01
DOING = """
select pid, state from pg_stat_activity
where application_name = $1 and pid <> pg_backend_pid() and state is not null
"""


async def backends(url: str, name: str) -> dict[int, str]:
    """The state of each backend of this application name, by its process id."""
    made = await asyncpg.connect(url)
    try:
        return {row["pid"]: row["state"] for row in await made.fetch(DOING, name)}
    finally:
        await made.close()


async def until_active(url: str, name: str) -> int:
    """The process id of a backend of this name once one is busy; fails after ten seconds."""
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while True:
        found = await backends(url, name)
        if busy := [pid for pid, state in found.items() if state == "active"]:
            return busy[0]
        assert asyncio.get_running_loop().time() < deadline, f"no backend of {name} was busy"
        await asyncio.sleep(LOOK_SECONDS)
