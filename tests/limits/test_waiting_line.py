"""The waiting line over a socket: places are told, turns come in order, a full line says so."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import orjson

from tests.activity import backends
from tests.limits.state import executed, until_final, until_run, until_status
from tests.problem import assert_problem
from tests.serving import Served
from tests.wire import asked

Serve = Callable[..., Awaitable[Served]]
NAP = """
create function nap(integer) returns integer immutable language plpgsql cost 1
as $$ begin perform pg_sleep(0.02); return $1; end $$
"""


@asynccontextmanager
async def places(server: Served, run: str) -> AsyncGenerator[AsyncGenerator[int]]:
    """The places in line that a follower of this run is told, each once, until it starts."""

    async def told() -> AsyncGenerator[int]:
        last = 0
        async for event in wire.events():
            data = orjson.loads(event.data)
            if event.type != "progress" or data["stage"] != "queued":
                if event.type == "progress":
                    return
            elif data["position"] != last:
                last = data["position"]
                yield last

    async with asked(server.url, f"/api/runs/{run}/stream") as wire:
        yield told()


async def test_a_follower_is_told_every_place_until_the_run_starts(serve: Serve) -> None:
    server = await serve(pool=1)
    first, second, third, last = [await server.start("sleeping") for _ in range(4)]

    async with places(server, last) as told:
        seen = [await anext(told)]
        for run in (second, first, third):  # out of the line, off the slot, off the slot
            await server.client.delete(f"/api/runs/{run}")
            seen += [place] if (place := await anext(told, None)) else []

    assert seen == [3, 2, 1]
    assert (await until_status(server, last, "processing")).position is None


async def test_the_place_is_part_of_the_run(serve: Serve) -> None:
    server = await serve(pool=1)
    _, second, third = [await server.start("sleeping") for _ in range(3)]

    runs = [(await server.client.get(f"/api/runs/{run}")).json() for run in (second, third)]

    assert [(run["status"], run["stage"], run["position"]) for run in runs] == [
        ("pending", "queued", 1),
        ("pending", "queued", 2),
    ]


async def test_runs_start_in_the_order_they_came(serve: Serve) -> None:
    server = await serve(pool=2, runs_per_owner=50)
    holding = [await server.start("sleeping") for _ in range(2)]
    came = [await server.start("numbers", n=10) for _ in range(10)]
    for run in holding:
        await server.client.delete(f"/api/runs/{run}")

    ended = [await until_final(server, run) for run in came]

    started = sorted(ended, key=lambda run: str(run.started_at))
    assert [run.id for run in started] == came


async def test_a_waiting_run_is_answered_at_once_and_tells_its_first_event(serve: Serve) -> None:
    server = await serve(pool=1)
    await server.start("sleeping")

    async with asked(server.url, "/api/reports/stream/numbers") as wire:
        [event] = [event for event in await wire.take() if event.type == "run"]

    assert (wire.status, orjson.loads(event.data)["report"]) == (200, "numbers")


async def test_a_full_line_is_busy_until_somebody_leaves_it(serve: Serve) -> None:
    server = await serve(pool=1, queue=2)
    _, waiting, _ = [await server.start("sleeping") for _ in range(3)]

    answer = await server.client.post("/api/reports/numbers/runs")
    await server.client.delete(f"/api/runs/{waiting}")

    assert_problem(answer, "busy")
    assert await server.start("numbers")


async def test_who_was_refused_by_a_full_line_has_left_nothing(serve: Serve) -> None:
    server = await serve(pool=1, queue=1)
    runs = {await server.start("sleeping") for _ in range(2)}

    for _ in range(3):
        assert_problem(await server.client.get("/api/reports/stream/numbers"), "busy")

    assert {
        str(row["id"]) for row in await executed(server, "select id from rowstream.run")
    } == runs
    files = (server.settings.data / "backlog").iterdir()
    assert {path.stem for path in files} == runs


async def counted(server: Served) -> str:
    """A run that is being counted on a second connection while it reads."""
    connection = await asyncpg.connect(server.settings.database_url)
    await connection.execute(NAP)
    await connection.close()
    run = await server.start("counted")
    url, name = str(server.settings.database_url), f"rowstream {run[:8]}"
    while len(await backends(url, name)) < 2:
        assert not (await until_run(server, run, bool, "the run")).is_final, "it was not counted"
    return run


async def test_a_run_that_is_alone_is_counted_while_it_is_read(serve: Serve) -> None:
    server = await serve(pool=2)
    run = await counted(server)

    now = await until_run(server, run, lambda now: now.total_kind == "exact", "its count")

    assert now.total == 120


async def test_the_connection_of_a_count_is_given_to_the_run_that_waits(serve: Serve) -> None:
    server = await serve(pool=2)
    run = await counted(server)

    waiting = await server.start("sleeping")
    await until_status(server, waiting, "processing")
    first = await until_final(server, run)

    assert (first.status, first.rows) == ("completed", 120)
    told = await server.events(f"/api/runs/{run}/stream")
    assert not [event for event in told if event.type == "progress" and '"exact"' in event.data]
