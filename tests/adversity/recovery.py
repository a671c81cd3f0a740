"""After a fault: the run says why it ended, its rows are kept, and the next run works."""

import asyncio
from typing import Any

import httpx

from tests.adversity.live import Live
from tests.problem import assert_problem_object
from tests.serving import LOOK_SECONDS, Served

RECOVERY_SECONDS = 20.0


async def failed(server: Served, run: str, follower: Live, code: str) -> dict[str, Any]:
    """The problem with which the run ended, when its rows so far are kept."""
    await follower.until_end()
    end = follower.ledger.end
    assert_problem_object(end["error"], code)
    assert end["error"]["run"] == run
    assert end["rows"] == len(follower.ledger.rows)
    assert await kept_rows(server, run) == len(follower.ledger.rows)
    return end["error"]


async def kept_rows(server: Served, run: str) -> int:
    """How many rows of the run can be downloaded, as soon as the server can look it up."""
    answer = await answered(server, "GET", f"/api/runs/{run}/rows.ndjson")
    assert "-partial.ndjson" in answer.headers["content-disposition"]
    return len(answer.text.splitlines())


async def answered(server: Served, method: str, path: str) -> httpx.Response:
    """The first answer that is no 503, within twenty seconds."""
    deadline = asyncio.get_running_loop().time() + RECOVERY_SECONDS
    while (answer := await server.client.request(method, path)).status_code == 503:
        assert asyncio.get_running_loop().time() < deadline, answer.text
        await asyncio.sleep(LOOK_SECONDS)
    assert answer.is_success, answer.text
    return answer


async def works_again(server: Served) -> None:
    """Wait until a run is taken; it completes."""
    run = (await answered(server, "POST", "/api/reports/narrow/runs")).json()["run"]
    events = await server.events(f"/api/runs/{run}/stream")
    assert events[-1].type == "completed", events[-1].data
