"""The life of a serving process: it opens, serves, drains and closes; signals are its own.

uvicorn installs no signal handlers here: the first signal begins the stop, a second one forces it
(`app.drain`). sse-starlette's own drain hangs on uvicorn's handlers, and so never runs.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import cast

import structlog
import uvicorn
import uvloop

from app.application import create_app
from app.descriptors import allow_open_files
from app.drain import drained
from app.errors import RowstreamError, StartupError
from app.logs import configure_logs
from app.memory import give_large_blocks_back
from app.pauses import short_pauses
from app.protocol import PatientProtocol
from app.runs.stop import Abandoned, Stop
from app.settings import Settings, unknown_variables
from app.signals import own_signals
from app.sockets import announce, listening_socket
from app.sources import sources
from app.supervisor import Place, export_worker, supervise

STARTUP_FAILURE = 3  # what uvicorn and its supervisors take for "do not try again"
IDLE_SECONDS = 75  # above the 60 s for which proxies keep their connections
BACKSTOP_SECONDS = 1  # uvicorn's own wait; by then `drained` has cut what was left
CLOSE_SECONDS = 5.0  # for pools and files to close

log = structlog.get_logger()


class Server(uvicorn.Server):
    """uvicorn without its signal handlers; says when it accepts, and knows its connections."""

    def __init__(self, config: uvicorn.Config, *, ready: "Callable[[Server], None]") -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals to the process."""
        yield

    async def startup(self, sockets: "list[socket.socket] | None" = None) -> None:
        """Accept connections, and say so."""
        await super().startup(sockets)
        self._ready(self)

    def close_listeners(self) -> None:
        """Accept no more connections; the open ones are served on."""
        for server in self.servers:
            server.close()

    @property
    def quiet(self) -> bool:
        """Whether nothing is being answered or sent."""
        return not self._busy()

    def cut(self) -> None:
        """Drop the connections where something still is; to close them is to wait for clients."""
        for connection in self._busy():
            connection.transport.abort()
            self.force_exit = True  # nothing is left to wait for
        for task in self.server_state.tasks:
            task.cancel()

    def _busy(self) -> "Sequence[PatientProtocol]":
        connections = cast("set[PatientProtocol]", self.server_state.connections)
        return [each for each in connections if _is_busy(each)]


def _is_busy(connection: PatientProtocol) -> bool:
    # Before the first request uvicorn's `cycle` is None, whatever its annotation says.
    answering = connection.cycle and not connection.cycle.response_complete
    return bool(answering or connection.transport.get_write_buffer_size())


async def serve(
    settings: Settings, stop: Stop, listener: socket.socket, *, ready: Callable[[Server], None]
) -> None:
    """Open the application, serve it, drain it, close it. The settings name both databases.

    Raises Abandoned when the stop begins before it serves, StartupError or a RowstreamError
    when it cannot.
    """
    reading_url, state_url = str(settings.database_url), str(settings.state_url)
    app = create_app(settings, stop=stop, reading_url=reading_url, state_url=state_url)
    async with asyncio.timeout(None) as limit, AsyncExitStack() as stack:
        async with stop.abandoning():
            await stack.enter_async_context(app.router.lifespan_context(app))
        await stack.enter_async_context(short_pauses())
        server = Server(configuration(app), ready=ready)
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listener]))
            await drained(stop, app.state.runs, server, grace=settings.stop_grace)
            server.should_exit = True
        limit.reschedule(asyncio.get_running_loop().time() + CLOSE_SECONDS)


def configuration(
    app: Callable[..., Awaitable[None]], *, protocol: type[PatientProtocol] = PatientProtocol
) -> uvicorn.Config:
    """uvicorn's settings: no log of addresses, no trust in forwarded ones, no life of its own."""
    return uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=BACKSTOP_SECONDS,
    )


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Serve until told to stop. The exit code: 0, or 3 with a sentence when it cannot start."""
    configure_logs()
    allow_open_files()
    give_large_blocks_back()
    try:
        settings = Settings.read(environ)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(settings, environ))
    except (StartupError, RowstreamError) as error:
        sys.stderr.write(f"{error}\n")
        return STARTUP_FAILURE
    except TimeoutError:
        log.warning("closed_late", after_seconds=CLOSE_SECONDS)
    return 0


async def _run(settings: Settings, environ: Mapping[str, str]) -> None:
    stop = Stop()
    with own_signals(stop), suppress(Abandoned):
        if place := Place.inherited(environ):
            await _serve_in(place, settings, stop)
            return
        log.info("settings", **dict(line.split("=", 1) for line in settings.lines()))
        for name in unknown_variables(environ):
            log.warning("unknown_setting", name=name)
        with listening_socket(settings) as listener:
            if settings.processes > 1:
                await supervise(settings, environ, stop, listener)
            else:
                await _serve_alone(settings, environ, stop, listener)


async def _serve_alone(
    settings: Settings, environ: Mapping[str, str], stop: Stop, listener: socket.socket
) -> None:
    async with AsyncExitStack() as stack:
        async with stop.abandoning():
            given = await stack.enter_async_context(sources(settings))
        await stack.enter_async_context(export_worker(given, environ, stop))
        await serve(given, stop, listener, ready=lambda _: announce(listener))


async def _serve_in(place: Place, settings: Settings, stop: Stop) -> None:
    """Serve as one of several processes; without its supervisor it drains, and frees the port."""

    def ready(server: Server) -> None:
        servers.append(server)
        place.tell_ready()

    async def outlive() -> None:
        await place.supervisor_gone()
        for server in servers:
            server.close_listeners()
        stop.begin()

    servers: list[Server] = []
    watch = asyncio.create_task(outlive())
    try:
        await serve(settings, stop, place.listener, ready=ready)
    finally:
        watch.cancel()


if __name__ == "__main__":
    sys.exit(main())
