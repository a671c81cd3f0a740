"""The table of all runs: entered once, saved by their owner, final for good, forgotten in time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.database.pool import Database
from app.errors import Gone, NotFound, TooManyRuns
from app.runs.registry import Registry
from app.runs.run import Run, new_run_id
from app.runs.space import Usage
from tests.sample_run import sample_run

WEEK = timedelta(days=7).total_seconds()


@pytest.fixture
async def database(shared_database_url: str) -> AsyncIterator[Database]:
    url = shared_database_url
    async with Database(reading_url=url, state_url=url, reading_connections=1) as opened:
        yield opened


@pytest.fixture
async def registry(database: Database) -> Registry:
    """The registry of process p1."""
    made = Registry(database, process="p1")
    await made.install()
    return made


@pytest.fixture
def other(database: Database) -> Registry:
    """The registry of another process."""
    return Registry(database, process="p2")


@pytest.fixture
def owner() -> str:
    """Somebody whom no other test knows."""
    return uuid4().hex


def now() -> datetime:
    return datetime.now(UTC)


async def entered(registry: Registry, owner: str, **changes: Any) -> Run:  # noqa: ANN401  (of any field)
    run = sample_run(owner=owner, process=registry.process, created_at=now(), **changes)
    await registry.enter(run, most=100)
    return run


async def completed(registry: Registry, owner: str, **changes: Any) -> Run:  # noqa: ANN401  (of any field)
    run = await entered(registry, owner)
    ended = replace(run.started(now()).completed(now()), **changes)
    await registry.save([ended])
    return ended


async def set_back(database: Database, run: Run, column: str, seconds: float) -> None:
    """Let a time of the run lie so far in the past."""
    async with database.acquire_state() as connection:
        await connection.execute(
            f"update rowstream.run set {column} = now() - make_interval(secs => $2) where id = $1",
            run.id,
            seconds,
        )


async def test_installing_again_and_at_once_changes_nothing(database: Database) -> None:
    servers = [Registry(database, process=f"s{number}") for number in range(4)]

    await asyncio.gather(*(each.install() for each in servers))


async def test_a_run_is_found_as_it_was_saved(registry: Registry, owner: str) -> None:
    run = await entered(registry, owner, query={"where": ["a.eq.1"], "limit": 5})
    full = replace(
        run.started(now()).failed(now(), {"code": "timeout", "detail": "é ☃"}),
        rows=2**40,
        chunks=9,
        bytes=2**41,
        total=2**53 - 1,
        total_kind="exact",
        progress=12.5,
        reader="cursor",
        reader_reason="why",
        expires_at=now() + timedelta(hours=1),
    )

    await registry.save([full])

    assert await registry.find(run.id) == full


async def test_a_new_run_is_found_at_once_by_every_process(
    registry: Registry, other: Registry, owner: str
) -> None:
    run = await entered(registry, owner, arguments={"a": None, "b": 'quote " é'})

    assert await other.find(run.id) == run


async def test_nobody_knows_another_id(registry: Registry) -> None:
    with pytest.raises(NotFound):
        await registry.find(new_run_id())


async def test_an_owner_has_only_so_many_runs_in_progress(registry: Registry, owner: str) -> None:
    starts = [registry.enter(sample_run(owner=owner, process="p1"), most=5) for _ in range(12)]

    outcomes = await asyncio.gather(*starts, return_exceptions=True)

    assert sum(outcome is None for outcome in outcomes) == 5
    refusals = [each for each in outcomes if isinstance(each, TooManyRuns)]
    assert len(refusals) == 7
    assert refusals[0].retry_after


async def test_a_run_that_ended_makes_room_for_another(registry: Registry, owner: str) -> None:
    run = await entered(registry, owner)
    with pytest.raises(TooManyRuns):
        await registry.enter(sample_run(owner=owner, process="p1"), most=1)

    await registry.save([run.cancelled(now(), "user")])

    await registry.enter(sample_run(owner=owner, process="p1"), most=1)


async def test_others_do_not_count(registry: Registry, owner: str) -> None:
    await entered(registry, owner)

    await registry.enter(sample_run(owner=uuid4().hex, process="p1"), most=1)


async def test_a_final_run_never_changes_again(registry: Registry, owner: str) -> None:
    run = await completed(registry, owner)

    assert await registry.save([replace(run, status="failed", rows=99)]) == []
    assert await registry.find(run.id) == run


async def test_only_the_process_of_a_run_saves_it(
    registry: Registry, other: Registry, owner: str
) -> None:
    run = await entered(registry, owner)

    assert await other.save([run.cancelled(now(), "user")]) == []
    assert (await registry.find(run.id)).status == "pending"


async def test_an_owners_runs_are_listed_newest_first(registry: Registry, owner: str) -> None:
    old = await completed(registry, owner)
    new = await entered(registry, owner)
    await entered(registry, uuid4().hex)
    await completed(registry, owner, expires_at=now() - timedelta(seconds=1))

    assert [run.id for run in await registry.listed(owner)] == [new.id, old.id]


async def test_a_cancel_reaches_the_process_of_the_run(
    registry: Registry, other: Registry, owner: str
) -> None:
    run = await entered(registry, owner)

    await other.request_cancel(run.id)

    assert run.id in await registry.requested_cancels()
    assert run.id not in await other.requested_cancels()
    [order] = await registry.save([run])
    assert order.cancel_requested


async def test_a_run_that_ended_is_not_cancelled(registry: Registry, owner: str) -> None:
    run = await completed(registry, owner)

    await registry.request_cancel(run.id)

    assert run.id not in await registry.requested_cancels()


async def test_a_process_learns_how_long_nobody_has_looked(
    registry: Registry, database: Database, owner: str
) -> None:
    run = await entered(registry, owner)
    await set_back(database, run, "followed_at", 40)
    [order] = await registry.save([run])
    await registry.follow([run.id])
    [after] = await registry.save([run])

    assert order.unfollowed == pytest.approx(40, abs=5)
    assert after.unfollowed < 5


async def test_a_run_without_a_sign_of_life_is_silent_whoever_owns_it(
    registry: Registry, other: Registry, database: Database, owner: str
) -> None:
    run = await entered(registry, owner)
    await set_back(database, run, "heartbeat", 11)

    for each in (registry, other):
        assert (run.id, "p1") in [(silent.id, whose) for silent, whose in await each.silent(10)]
    await registry.save([run])
    assert run.id not in [silent.id for silent, _ in await other.silent(10)]


async def test_a_silent_run_is_adopted_once(
    registry: Registry, database: Database, owner: str
) -> None:
    run = await entered(registry, owner)
    heirs = [Registry(database, process=f"heir{number}") for number in range(5)]

    adopted = await asyncio.gather(*(heir.adopt(run.id, "p1") for heir in heirs))

    assert sum(adopted) == 1
    assert await registry.save([run]) == []


async def test_usage_is_that_of_backlogs_that_are_kept(registry: Registry, owner: str) -> None:
    await completed(registry, owner, bytes=1000)
    deleted = await completed(registry, owner, bytes=500)
    await registry.delete([deleted.id])

    assert (await registry.usage_by_owner())[owner] == Usage(kept=1000, in_progress=0)


async def test_a_deleted_run_is_gone_and_after_a_week_unknown(
    registry: Registry, database: Database, owner: str
) -> None:
    run = await completed(registry, owner)
    await registry.delete([run.id])
    await registry.purge(WEEK)
    with pytest.raises(Gone) as caught:
        await registry.find(run.id)
    assert caught.value.run == run.id

    await set_back(database, run, "deleted_at", WEEK + 60)
    await registry.purge(WEEK)

    with pytest.raises(NotFound):
        await registry.find(run.id)


async def test_runs_expire_when_their_time_has_passed(registry: Registry, owner: str) -> None:
    past = await completed(registry, owner, expires_at=now() - timedelta(seconds=1))
    future = await completed(registry, owner, expires_at=now() + timedelta(hours=1))

    expired = await registry.expired()

    assert past.id in expired
    assert future.id not in expired


async def test_the_oldest_finished_runs_go_first(registry: Registry, owner: str) -> None:
    second = await completed(registry, owner, bytes=2)
    first = await completed(registry, owner, bytes=1, finished_at=now() - timedelta(hours=1))
    running = await entered(registry, owner)

    oldest = await registry.oldest()

    assert oldest.index((first.id, 1)) < oldest.index((second.id, 2))
    assert running.id not in [run for run, _ in oldest]


async def test_runs_that_no_row_knows_are_unknown(registry: Registry, owner: str) -> None:
    run = await entered(registry, owner)
    stray = new_run_id()

    assert await registry.unknown([run.id, stray]) == {stray}
    await registry.forget(run.id)
    assert await registry.unknown([run.id]) == {run.id}
