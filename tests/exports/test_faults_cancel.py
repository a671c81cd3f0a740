"""An export is cancelled at any moment: no file stays, no temporary one, and no busy backend."""

import asyncio
import random

import pytest

from app.settings import Settings
from tests.activity import until_locked
from tests.exports.exporting import Exporting, working
from tests.exports.gate import (
    COMPLETING,
    COMPRESSED,
    GATE,
    HOLD,
    Gate,
    gated,
)
from tests.exports.traces import Traces, until

FORMATS = ("csv", "xlsx", "parquet")
STAGES = [
    ("csv", "processing"),
    ("csv", "finalizing"),
    ("xlsx", "processing"),
    ("xlsx", "file-generation"),
    ("xlsx", "finalizing"),
    ("parquet", "file-generation"),
    ("parquet", "finalizing"),
]

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return gated(settings)


async def cancelled(server: Exporting, export: str, traces: Traces) -> None:
    """Cancel; fails where anything stays."""
    answer = await server.client.delete(f"/exports/{export}")
    assert answer.status_code == 204
    await traces.until_none()
    status = await server.status(export)
    assert (status["status"], status["file"]) == ("cancelled", None)
    assert (await server.file(export)).status_code == 404


async def works(server: Exporting) -> None:
    """The next export is done, on both places of the worker."""
    done = [await server.start(n=3) for _ in range(2)]
    for each in done:
        await server.reached(each, "completed")


async def test_before_a_worker_has_it(server: Exporting, traces: Traces) -> None:
    await cancelled(server, await server.start(), traces)


async def test_one_that_was_cancelled_while_it_waited_is_not_begun(
    exporting: Exporting, gate: Gate, traces: Traces
) -> None:
    await gate.close()
    first = [await exporting.start(report="gated") for _ in range(2)]
    waiting = await exporting.start(report="gated")
    for each in first:
        await exporting.reached(each, "processing")
    await exporting.client.delete(f"/exports/{waiting}")
    await gate.open()
    for each in first:
        await exporting.reached(each, "completed")

    assert (await exporting.status(waiting))["startedAt"] is None
    assert not [each for each in traces.files() if waiting in each]


@pytest.mark.parametrize("form", FORMATS)
async def test_in_its_first_statement(
    settings: Settings, server: Exporting, gate: Gate, traces: Traces, form: str
) -> None:
    export = await server.start(form, report="locked")
    async with gate.connection.transaction():
        await gate.connection.execute("lock table public.locked")
        async with working(settings):
            await until_locked(traces.connection)
            await cancelled(server, export, traces)


@pytest.mark.parametrize("form", FORMATS)
async def test_in_the_middle_of_its_rows(
    exporting: Exporting, gate: Gate, traces: Traces, form: str
) -> None:
    await gate.close()
    export = await exporting.start(form, report="gated")
    await traces.until_files(1)
    await cancelled(exporting, export, traces)
    await gate.open()

    await works(exporting)


@pytest.mark.parametrize(("form", "stage"), STAGES)
async def test_when_it_enters_a_stage(
    exporting: Exporting, gate: Gate, traces: Traces, form: str, stage: str
) -> None:
    await gate.hold_at(f"new.stage = '{stage}' and old.stage <> '{stage}'")
    export = await exporting.start(form, report="small")
    await gate.until_held()
    cancelling = asyncio.create_task(cancelled(exporting, export, traces))
    await gate.until_held(2)
    await gate.open(HOLD)
    await cancelling

    await works(exporting)


@pytest.mark.parametrize("form", FORMATS)
async def test_while_its_end_is_written_down_the_file_goes_with_the_export(
    exporting: Exporting, gate: Gate, traces: Traces, form: str
) -> None:
    """The end was first: so what is deleted is a finished export."""
    await gate.hold_at(COMPLETING)
    export = await exporting.start(form, report="small")
    await gate.until_held()
    deleting = asyncio.create_task(exporting.client.delete(f"/exports/{export}"))
    await gate.until_held(2)
    await gate.open(HOLD)

    assert (await deleting).status_code == 204
    await traces.until_none()
    assert (await exporting.client.get(f"/exports/{export}/status")).status_code == 410


async def test_while_its_compressed_forms_are_made(
    exporting: Exporting, gate: Gate, traces: Traces
) -> None:
    await gate.hold_at(COMPRESSED)
    export = await exporting.start(report="small")
    await gate.until_held()
    deleting = asyncio.create_task(exporting.client.delete(f"/exports/{export}"))
    await gate.until_held(2)
    await gate.open(HOLD)

    assert (await deleting).status_code == 204
    await traces.until_none()
    assert (await exporting.client.get(f"/exports/{export}/status")).status_code == 410
    await works(exporting)


@pytest.mark.parametrize("form", [*FORMATS, "json"])
async def test_at_any_moment(exporting: Exporting, traces: Traces, form: str) -> None:
    moments = random.Random(form)  # noqa: S311 - not secret
    ends: set[int] = set()
    for _ in range(12):
        export = await exporting.start(form, report="small")
        await asyncio.sleep(moments.uniform(0, 0.5))
        assert (await exporting.client.delete(f"/exports/{export}")).status_code == 204
        ends.add((await exporting.client.get(f"/exports/{export}/status")).status_code)
    await traces.until_none()

    assert ends <= {200, 410}
    listed = (await exporting.client.get("/api/exports")).json()["exports"]
    assert {each["status"] for each in listed} <= {"cancelled"}
    await works(exporting)


async def test_a_worker_that_did_not_hear_of_it_finds_out(
    exporting: Exporting, gate: Gate, traces: Traces
) -> None:
    """Its connection for notices is cut, and the next has not been made yet."""
    await gate.close()
    export = await exporting.start(report="gated")
    await exporting.reached(export, "processing")
    await traces.until_files(1)
    await gate.connection.execute(
        "update rowstream.run set status = 'cancelled' where id = $1", export
    )

    await traces.until_none()
    await gate.open(GATE)


async def test_two_cancellations_at_once_are_one(
    exporting: Exporting, gate: Gate, traces: Traces
) -> None:
    await gate.close()
    export = await exporting.start(report="gated")
    await traces.until_files(1)

    answers = await asyncio.gather(
        *(exporting.client.delete(f"/exports/{export}") for _ in range(5))
    )

    assert {each.status_code for each in answers} <= {204, 410}
    await traces.until_none()


async def test_that_until_says_what_is_there(traces: Traces) -> None:
    with pytest.raises(AssertionError, match="but nothing"):
        await until(_never, "anything", _nothing, within=0)


async def _never() -> bool:
    return False


async def _nothing() -> str:
    return "nothing"
