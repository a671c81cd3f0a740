"""Serves an application on a real socket in the test's own loop, as the product serves it."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from app.application import create_app
from app.runs.clock import Clock
from app.runs.runs import Runs
from app.runs.stop import Stop
from app.server import Server, configuration
from app.settings import Settings
from app.sockets import drop_silent_clients
from app.web.middleware import exception_handlers, middleware
from tests.sse_client import Event, EventReader

WAIT_SECONDS = 25.0  # only a failing test waits so long
LOOK_SECONDS = 0.01
# httpx cannot decode a zstd body of several frames when one of them ends where a read does.
PLAIN = {"Accept-Encoding": "identity"}

REPORTS = {
    "numbers": """
-- title = "Numbers"
-- parameters = [{ name = "n", label = "How many", default = 2500 }]
select i as number, 'row ' || i as text, null::text as nothing
from generate_series(1, $1::int) as i order by i
""",
    "slow": """
-- title = "Slow"
-- parameters = [{ name = "seconds", label = "Seconds per row", default = 0.02 }]
-- chunk_rows = 10
select i as number, pg_sleep($1::float8)::text as slept from generate_series(1, 5000) as i
""",
    "sleeping": """
-- title = "No row for a minute"
select pg_sleep(60)::text as slept
""",
    "breaks": """
-- title = "Divides by zero after 1,500 rows"
select i as number, 1 / (1500 - i) as quotient from generate_series(1, 3000) as i
""",
    "difficult": r"""
-- title = "Values and names that need care"
select * from (values
    (1::int8, null::text, '', 'plain', true, 1.50::numeric, E'{"a":\n[1.10, 1e400]}'::json,
        '2013-01-01'::date, array['a', null, 'b,c']),
    (9007199254740993, 'a,b', '"', E'line\nbreak', false, 'NaN', 'null', 'infinity', '{}'),
    (-1, E'\r', '\.', ' space ', null, '-Infinity', '"\ud800"', '0044-03-15 BC', null),
    (0, E'tab\t', '=1+1', 'smile 😀', true, 1e-30, '[]', null, '{{1},{2}}'),
    (2, '<script>', '''', E'\u2028', true, 0, '1', '294276-01-01', '{NULL}')
) as v("n", "a", "a", "quo""te", "comma,", "
", "json", "?column?", "__proto__")
order by "n"
""",
    "alone": r"""
-- title = "One column, with what would end the data"
select * from (values ('\.'), (null), (''), ('a')) as v("\.")
""",
    "empty": """
-- title = "Empty"
select 1 as one where false
""",
    "broken": """
-- title = "Broken"
select no_such_column
""",
    "forbidden": """
-- title = "Of others"
select * from secret.secret
""",
}


@dataclass(frozen=True, slots=True)
class Served:
    """A running application: its address, its parts, and a client with no cookie."""

    url: str
    app: Starlette
    settings: Settings
    stop: Stop
    client: httpx.AsyncClient

    @property
    def runs(self) -> Runs:
        """The runs of this process."""
        return self.app.state.runs

    async def start(self, report: str = "numbers", **arguments: object) -> str:
        """A new run's id."""
        answer = await self.client.post(
            f"/api/reports/{report}/runs", json={"arguments": arguments}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["run"]

    async def finished(self, report: str = "numbers", **arguments: object) -> str:
        """The id of a new run that has ended."""
        run = await self.start(report, **arguments)
        await self.events(f"/api/runs/{run}/stream")
        return run

    async def events(self, path: str, **headers: str) -> list[Event]:
        """Every event of a stream, to its end."""
        answer = await self.client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return EventReader().feed(answer.content)


@asynccontextmanager
async def serving(app: Starlette, *, send_timeout: float = 30.0) -> AsyncGenerator[str]:
    """The address of the application while it is served; at the end its connections are cut."""
    accepting = asyncio.Event()
    server = Server(configuration(app), ready=lambda _: accepting.set())
    with socket.socket() as listener:
        drop_silent_clients(listener, send_timeout)
        listener.bind(("127.0.0.1", 0))
        async with app.router.lifespan_context(app), asyncio.TaskGroup() as tasks:
            serve = tasks.create_task(server.serve(sockets=[listener]))
            await accepting.wait()
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
                server.cut()
                await asyncio.wait([serve])  # an error of the test would cancel it half-way


@asynccontextmanager
async def serving_reports(
    settings: Settings, *, clock: Clock | None = None
) -> AsyncGenerator[Served]:
    """The whole application over the database that the settings name."""
    stop, url = Stop(), str(settings.database_url)
    state_url = settings.state_url or url
    app = create_app(settings, stop=stop, reading_url=url, state_url=state_url, clock=clock)
    async with (
        serving(app, send_timeout=settings.send_timeout) as address,
        httpx.AsyncClient(base_url=address, timeout=WAIT_SECONDS, headers=PLAIN) as client,
    ):
        yield Served(address, app, settings, stop, client)


def settings_over(database_url: str, folder: Path) -> Settings:
    """A server's settings: this database for everything, data and reports in this folder."""
    return Settings(
        data=folder / "data",
        reports=write_reports(folder / "reports"),
        database_url=database_url,
        state_url=database_url,
        follower_grace=300.0,
    )


def write_reports(folder: Path) -> Path:
    """The reports of `REPORTS` as files in a folder."""
    folder.mkdir()
    for name, text in REPORTS.items():
        (folder / f"{name}.sql").write_text(text.lstrip())
    return folder


def small_app(routes: Sequence[BaseRoute]) -> Starlette:
    """An application with routes of the test's own behind everything that stands around ours."""
    return Starlette(
        routes=routes, middleware=middleware(Settings()), exception_handlers=exception_handlers()
    )


async def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds; fails after 25 seconds, saying what did not happen."""
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, f"{what} did not happen"
        await asyncio.sleep(LOOK_SECONDS)
