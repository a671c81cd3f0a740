"""A run whose backlog was damaged on the disk says so wherever it is asked for."""

from tests.problem import assert_problem
from tests.serving import Served, until

IN_FIRST_EVENT = 40


async def test_a_run_whose_first_events_are_damaged_is_507_and_no_fault_of_ours(
    server: Served,
) -> None:
    run = await server.finished(n=3)
    await until(lambda: run not in server.runs.locals, "saving the run")
    frames = server.settings.data / "backlog" / f"{run}.zst"
    data = bytearray(frames.read_bytes())
    data[IN_FIRST_EVENT] ^= 1
    frames.write_bytes(data)

    assert_problem(await server.client.get(f"/api/runs/{run}"), "storage")
