"""Two servers on one state: each shows, follows and cancels what the other runs."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import pytest

from app.runs.run import RunId
from tests.ledger import Ledger
from tests.limits.state import executed, until_final, until_run, until_status
from tests.serving import Served
from tests.wire import asked, followed

Serve = Callable[..., Awaitable[Served]]
LISTENING = """
select pid from pg_stat_activity where datname = current_database() and query ilike 'listen %'
"""
NOTIFY = "select pg_notify('rowstream_cancel', $1)"
MARK = "update rowstream.run set cancel_requested = true where id = $1"
CUT = f"select pg_terminate_backend(pid) from ({LISTENING}) as listening"

pytestmark = pytest.mark.slow


@pytest.fixture
async def here(serve: Serve) -> Served:
    return await serve()


@pytest.fixture
async def there(serve: Serve, here: Served) -> Served:
    return await serve()


async def running(server: Served, report: str = "steady") -> str:
    """A run that has left the line."""
    run = await server.start(report)
    await until_status(server, run, "processing")
    return run


async def test_a_cancel_reaches_the_server_that_has_the_run(here: Served, there: Served) -> None:
    run = await running(here)
    await until_run(here, run, lambda now: now.rows > 0, "its first rows")

    answer = await there.client.delete(f"/api/runs/{run}")

    told = answer.json()
    assert (answer.status_code, told["status"], told["reason"]) == (200, "cancelled", "user")
    assert (await there.client.get(f"/api/runs/{run}/chunks")).json()["rows"] == told["rows"] > 0


async def test_a_notice_alone_is_enough(here: Served, there: Served) -> None:
    run = await running(here)

    await executed(there, NOTIFY, run)

    assert (await until_final(here, run)).reason == "user"


async def test_the_mark_alone_is_enough(here: Served, there: Served) -> None:
    run = await running(here)

    await executed(there, MARK, run)

    assert (await until_final(here, run)).reason == "user"


async def test_a_notice_for_a_run_of_another_server_or_of_none_is_ignored(
    here: Served, there: Served
) -> None:
    run = await running(here)
    for payload in ("", "garbage", "00000000-0000-4000-8000-000000000000"):
        await executed(there, NOTIFY, payload)
    await executed(there, NOTIFY, run)

    assert (await until_final(here, run)).reason == "user"


async def listeners(server: Served) -> set[int]:
    return {row["pid"] for row in await executed(server, LISTENING)}


async def test_a_listener_that_is_cut_listens_again(here: Served) -> None:
    before = await listeners(here)
    run = await running(here)
    await executed(here, CUT)

    while not await listeners(here) - before:
        continue
    await executed(here, NOTIFY, run)

    assert (await until_final(here, run)).reason == "user"


async def cut_for_ever(url: str) -> None:
    """Let no server of this database listen."""
    connection = await asyncpg.connect(url)
    try:
        while True:
            await connection.execute(CUT)
            await asyncio.sleep(0.02)
    finally:
        await connection.close()


async def test_a_cancel_comes_through_while_nobody_can_listen(here: Served, there: Served) -> None:
    run = await running(here)
    cutting = asyncio.create_task(cut_for_ever(str(here.settings.state_url)))
    try:
        answer = await there.client.delete(f"/api/runs/{run}")
        ended = await until_final(here, run)
    finally:
        cutting.cancel()
        with suppress(asyncio.CancelledError):
            await cutting

    assert answer.status_code in (200, 202)
    assert (ended.status, ended.reason) == ("cancelled", "user")


async def test_a_run_can_be_cancelled_from_both_at_once(here: Served, there: Served) -> None:
    run = await running(here)

    answers = await asyncio.gather(
        *(server.client.delete(f"/api/runs/{run}") for server in (here, there) for _ in range(3))
    )

    assert {answer.json()["status"] for answer in answers} == {"cancelled"}
    events = await followed(there.url, f"/api/runs/{run}/stream")
    assert [event.type for event in events].count("cancelled") == 1


async def test_a_run_that_waits_elsewhere_is_cancelled_too(serve: Serve) -> None:
    here, there = await serve(pool=1), await serve(pool=1)
    await running(here, "sleeping")
    waiting = await here.start("numbers")

    told = (await there.client.post(f"/api/reports/cancel/{waiting}")).json()

    assert (told["status"], told["started_at"], told["position"]) == ("cancelled", None, None)


async def test_the_events_of_a_run_are_the_same_everywhere(here: Served, there: Served) -> None:
    run = await here.start("numbers", n=200000)

    mine, theirs = await asyncio.gather(
        *(followed(server.url, f"/api/runs/{run}/stream") for server in (here, there))
    )

    assert theirs == mine
    assert theirs[-1].type == "completed"


async def test_rows_come_to_a_follower_elsewhere_while_they_are_read(
    here: Served, there: Served
) -> None:
    run = await running(here)
    ledger = Ledger()
    async with asked(there.url, f"/api/runs/{run}/stream") as wire:
        async for event in wire.events():
            ledger.take(event)
            if ledger.chunks == 10:
                break

    assert (await here.runs.get(RunId(run))).status == "processing"


async def test_a_lost_run_is_resumed_through_the_other_server(here: Served, there: Served) -> None:
    path, ledger = "/api/reports/stream/numbers?n=200000", Ledger()
    async with asked(here.url, path) as wire:
        async for event in wire.events():
            ledger.take(event)
            if ledger.chunks == 3:
                break
    async with asked(there.url, path, last_event_id=ledger.last_id) as wire:
        async for event in wire.events():
            ledger.take(event)

    assert (ledger.end["status"], len(ledger.rows)) == ("completed", 200_000)


async def test_who_follows_elsewhere_keeps_the_run_going(serve: Serve) -> None:
    here, there = await serve(follower_grace=1.5), await serve(follower_grace=1.5)
    run = await running(here)
    async with asked(there.url, f"/api/runs/{run}/stream") as wire:
        until = asyncio.get_running_loop().time() + 3.5
        async for _ in wire.events():
            if asyncio.get_running_loop().time() > until:
                break
        assert (await here.runs.get(RunId(run))).status == "processing"

    assert (await until_final(here, run)).reason == "follower_left"


async def test_the_other_server_tells_a_run_in_progress_as_it_was_saved(
    here: Served, there: Served
) -> None:
    run = await running(here)

    now = await until_run(there, run, lambda now: now.rows > 0, "rows in the state")

    assert (now.status, now.stage, now.total_kind) == ("processing", "processing", "estimate")
