"""A follower is woken when a backlog has grown, and never waits longer than it said."""

import asyncio

from app.runs.changes import KEPT_BYTES, POLL_SECONDS, LocalChanges, PolledChanges


async def test_everybody_who_waits_is_woken() -> None:
    changes = LocalChanges()
    waiting = [asyncio.create_task(changes.wait(60)) for _ in range(3)]
    await asyncio.sleep(0)

    changes.wake(1, b"event")

    await asyncio.wait_for(asyncio.gather(*waiting), 5)


async def test_a_wake_before_the_wait_is_not_remembered() -> None:
    changes = LocalChanges()
    changes.wake(1, b"event")
    waiting = asyncio.create_task(changes.wait(60))
    await asyncio.sleep(0.01)

    assert not waiting.done()
    changes.wake(1, b"event")
    await asyncio.wait_for(waiting, 5)


async def test_a_wait_ends_when_its_time_is_up() -> None:
    async with asyncio.timeout(5):
        await LocalChanges().wait(0.01)
        await LocalChanges().wait(0)


async def test_one_follower_that_leaves_does_not_take_the_others_along() -> None:
    changes = LocalChanges()
    leaving, staying = (asyncio.create_task(changes.wait(60)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait([leaving])

    assert leaving.cancelled()
    assert not staying.done()
    changes.wake(1, b"event")
    await asyncio.wait_for(staying, 5)


async def test_another_process_is_looked_at_soon_and_sooner_where_less_is_left() -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    await PolledChanges().wait(0.001)
    between = clock()
    await PolledChanges().wait(60)

    assert between - began < POLL_SECONDS
    assert POLL_SECONDS <= clock() - between + 0.01 < 10


def test_the_last_event_is_at_hand_unless_it_is_large() -> None:
    changes = LocalChanges()
    changes.wake(1, b"one")
    changes.wake(2, b"two")

    assert (changes.fresh(1), changes.fresh(2), changes.fresh(3)) == (None, b"two", None)
    changes.wake(3, b"x" * (KEPT_BYTES + 1))
    assert changes.fresh(3) is None
