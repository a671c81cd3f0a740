"""A transaction that is cancelled at any moment is over when its connection goes back."""

import asyncio
from contextlib import suppress

import pytest

from app.database.pool import Database
from app.database.session import Session, reading_transaction

SESSION = Session(timeout=5, timezone="UTC", name="rowstream test")
MOMENTS = 80
STEP_SECONDS = 0.0001


async def briefly(database: Database) -> None:
    async with database.acquire_reading() as connection, reading_transaction(connection, SESSION):
        await connection.fetchval("select 1")


@pytest.mark.parametrize("attempt", range(3))
async def test_no_moment_leaves_a_transaction_for_the_pool_to_end(
    database_url: str, attempt: int
) -> None:
    complaints: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, said: complaints.append(said["message"]))
    address = {"reading_url": database_url, "state_url": database_url}
    async with Database(**address, reading_connections=1) as database:
        await briefly(database)
        for moment in range(MOMENTS):
            work = asyncio.create_task(briefly(database))
            await asyncio.sleep((moment + attempt / 3) * STEP_SECONDS)
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    # asyncpg has other complaints about connections that were cancelled while they were opened.
    assert not [each for each in complaints if "transaction" in each]
