"""Many times the same leave nothing: no memory, descriptor, thread, task or file."""

import random
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from app.settings import Settings
from tests.adversity.server_process import ServerProcess, server_process
from tests.leaks.holdings import Holdings, Watched
from tests.ledger import Ledger
from tests.readers import both_readers
from tests.wire import asked

WARM = 40  # pools, caches and the allocator have found their sizes
TIMES = 60  # a request that is kept is then thrice what may come by chance
POOL = 3  # so small that a connection which is not given back is missed at once
MOST_CONNECTIONS = POOL + 1 + 4  # for runs, for the catalog, for the state
# Between the medians of the first and the last third. The heap grows by steps of 1 MiB, of which
# two may come by chance; where readers leave, several runs wait and read at once, now more of them
# and now less, until after a thousand of them the heap has room for as many as there ever are.
MOST_KIB = 2560
MOST_CROWDED_KIB = 12 * 1024
MOST_OBJECTS = 2  # a time: a request that is kept has twenty
CONNECTION_OBJECTS = 200  # one may be opened anew
MOST_STATEMENTS = 4 * 30  # of each connection of the state
MOST_THREADS = 4  # pools of threads that had no need of all of theirs yet
CUTS = random.Random(11)  # noqa: S311 - where streams are cut: the same places at every run

Doing = Callable[[ServerProcess], Awaitable[None]]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]  # 100 runs on a machine that is busy


async def read_on(server: ServerProcess, path: str, ledger: Ledger) -> None:
    """Take a stream to its end, after what the ledger has."""
    async with asked(server.url, path, last_event_id=ledger.last_id) as wire:
        async for event in wire.events():
            ledger.take(event)


async def complete(server: ServerProcess) -> None:
    """A run that is read to its end."""
    ledger = Ledger()
    await read_on(server, "/api/reports/stream/narrow?n=2500", ledger)
    assert (ledger.end["status"], len(ledger.rows)) == ("completed", 2500)


async def disconnect(server: ServerProcess) -> None:
    """A reader who leaves his run in the middle, or in line; it ends when the grace is over."""
    async with asked(server.url, "/api/reports/stream/lasting") as wire:
        await wire.take(CUTS.randrange(1, 60_000))


async def cancel(server: ServerProcess) -> None:
    """A run that is cancelled after its first rows, and again."""
    ledger = Ledger()
    async with asked(server.url, "/api/reports/stream/lasting?n=1500") as wire:
        async for event in wire.events():
            ledger.take(event)
            if ledger.chunks == 1 and not ledger.ended:
                run = ledger.last_id.partition(".")[0]
                await server.client.delete(f"/api/runs/{run}")
    assert ledger.end["reason"] == "user"


async def fail(server: ServerProcess) -> None:
    """A run that fails half-way, and requests that are refused."""
    ledger = Ledger()
    await read_on(server, "/api/reports/stream/dividing", ledger)
    assert ledger.end["status"] == "failed"
    for path in ("stream/narrow?n=x", "stream/unaccepted", "stream/nope"):
        assert (await server.client.get(f"/api/reports/{path}")).status_code >= 400


async def resume(server: ServerProcess) -> None:
    """A stream that is cut at a random byte, and read on where it was."""
    path, ledger = "/api/reports/stream/narrow?n=5000", Ledger()
    async with asked(server.url, path) as wire:
        left = CUTS.randrange(500, 30_000)
        while wire.received < left:
            for event in await wire.take(left - wire.received):
                ledger.take(event)
    await read_on(server, path, ledger)
    assert (ledger.end["status"], len(ledger.rows)) == ("completed", 5000)


@pytest.fixture
async def watched(settings: Settings, database_url: str) -> AsyncIterator[Watched]:
    limits = {"pool": POOL, "queue": 200, "runs_per_owner": 1000}
    times = {"backlog_ttl": "2s", "chunk_delay": "10ms"}  # what runs wait for, they do not leave
    module = "tests.leaks.counting_server"
    connection = await asyncpg.connect(database_url)
    async with server_process(settings, module=module, **limits, **times) as server:
        yield Watched(server, settings.data, connection)
    await connection.close()


async def memories(watched: Watched, doing: Doing, *, times: int) -> list[int]:
    """The process's memory after each time, in KiB."""
    taken: list[int] = []
    for _ in range(times):
        await doing(watched.server)
        taken.append(watched.memory_kib)
    return taken


def growth(samples: list[int]) -> float:
    """The median of the last third less that of the first: single peaks do not count."""
    third = len(samples) // 3
    return statistics.median(samples[-third:]) - statistics.median(samples[:third])


@both_readers
@pytest.mark.parametrize("doing", [complete, disconnect, cancel, fail])
async def test_many_times_leave_nothing(watched: Watched, doing: Doing) -> None:
    await leaves_nothing(watched, doing)


async def test_many_cuts_leave_nothing(watched: Watched) -> None:
    await leaves_nothing(watched, resume)


async def leaves_nothing(watched: Watched, doing: Doing) -> None:
    """Neither what is counted nor the memory has become more."""
    await memories(watched, doing, times=WARM)
    before = await watched.holdings()
    samples = await memories(watched, doing, times=TIMES)
    after = await watched.holdings()

    assert_none_left(before, after, objects=CONNECTION_OBJECTS + MOST_OBJECTS * TIMES)
    most_kib = MOST_CROWDED_KIB if doing is disconnect else MOST_KIB
    assert growth(samples) < most_kib, samples


def assert_none_left(before: Holdings, after: Holdings, *, objects: int) -> None:
    """Nothing of what is counted has become more; all backlogs' files are closed."""
    assert after.descriptors <= before.descriptors
    assert after.tasks <= before.tasks
    assert after.threads <= before.threads + MOST_THREADS
    assert after.connections <= MOST_CONNECTIONS
    assert after.objects - before.objects < objects
    assert 0 < after.statements < MOST_STATEMENTS
    assert after.deleted_files == 0
