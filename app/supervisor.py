"""Processes of ours: started, watched, started again, and stopped together.

Several server processes share one port, and one process does exports. Whoever starts them owns the
embedded PostgreSQL and the listening socket. Each process has a line to him: it says on it that it
serves, and its end tells the process that nobody watches it any more.
"""

import asyncio
import socket
import sys
from asyncio.subprocess import Process, create_subprocess_exec
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from app.errors import StartupError
from app.runs.stop import Stop
from app.settings import Settings, variable
from app.sockets import announce
from app.sources import sources

PLACE = "ROWSTREAM_PLACE"  # between us and our processes: the numbers of file descriptors
WORKER = "app.worker"
READY = b"r"
FAILED = 3  # the exit code of a process that could not start
PAUSE_SECONDS = (0.2, 10.0)  # before a process is started again: the first, and the longest
STEADY_SECONDS = 10.0  # a process that served for so long has not failed at its start
KILL_SECONDS = 15.0  # beyond the grace period: then a process does not end by itself

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Line:
    """A process's connection to whoever started it."""

    line: socket.socket

    @classmethod
    def inherited(cls, environ: Mapping[str, str]) -> "Line | None":
        """The line of this process, or None when it was started by somebody else."""
        given = environ.get(PLACE, "")
        return cls(_inherited(given.rpartition(",")[2])) if given else None

    def tell_ready(self) -> None:
        """Say that this process does its work."""
        with suppress(OSError):  # the supervisor is gone: `supervisor_gone` says so
            self.line.send(READY)

    async def supervisor_gone(self) -> None:
        """Return when there is no supervisor any more."""
        with suppress(OSError):
            await asyncio.get_running_loop().sock_recv(self.line, 1)


@dataclass(frozen=True, slots=True)
class Place(Line):
    """What a server process has besides: the listening socket."""

    listener: socket.socket

    @classmethod
    def inherited(cls, environ: Mapping[str, str]) -> "Place | None":
        """The place of this process, or None when it was not started by a supervisor."""
        if PLACE not in environ:
            return None
        listener, line = environ[PLACE].split(",")
        return cls(_inherited(line), socket.socket(fileno=int(listener)))


def _inherited(number: str) -> socket.socket:
    line = socket.socket(fileno=int(number))
    line.setblocking(False)
    return line


async def supervise(
    settings: Settings, environ: Mapping[str, str], stop: Stop, listener: socket.socket
) -> None:
    """Keep `settings.processes` server processes until the stop, then end them.

    Raises Abandoned when the stop begins before they are started, StartupError when they cannot
    start.
    """
    async with AsyncExitStack() as stack:
        async with stop.abandoning():
            given = await stack.enter_async_context(sources(settings))
        await stack.enter_async_context(export_worker(given, environ, stop))
        patience = settings.stop_grace + KILL_SECONDS
        crew = Crew({**environ, **addresses(given)}, stop, listener, patience=patience)
        await crew.work(settings.processes)


@asynccontextmanager
async def export_worker(
    settings: Settings, environ: Mapping[str, str], stop: Stop
) -> AsyncGenerator[None]:
    """Inside, a process of its own does exports, unless the settings say no. The end begins the
    stop. One that cannot start is told in the log, and tried again.
    """
    if not settings.export_worker:
        yield
        return
    environment = {**environ, **addresses(settings)}
    crew = Crew(environment, stop, None, module=WORKER, patience=KILL_SECONDS)
    working = asyncio.create_task(crew.work(1))
    try:
        yield
    finally:
        if not stop.draining:
            stop.begin()
        await working


def addresses(given: Settings) -> dict[str, str]:
    """What a process cannot know by itself: where the embedded PostgreSQL is, and its reports."""
    named = {"database_url": given.database_url, "state_url": given.state_url}
    named["reports"] = str(given.reports) if given.reports else None
    return {variable(name): value for name, value in named.items() if value}


class Crew:
    """The processes; each has a task that keeps one of them."""

    def __init__(
        self,
        environment: Mapping[str, str],
        stop: Stop,
        listener: socket.socket | None,
        *,
        module: str = "app.server",
        patience: float,
    ) -> None:
        self._environment = environment
        self._stop = stop
        self._listener = listener
        self._module = module
        self._patience = patience
        self._announced = listener is None  # then there is nothing to announce

    async def work(self, processes: int) -> None:
        """Return when the stop has ended all processes; StartupError when one never started."""
        tasks = [asyncio.create_task(self._keep(number)) for number in range(1, processes + 1)]
        _, late = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        if late:  # one failed at the start: the others end too
            self._stop.begin()
            await asyncio.wait(tasks)
        for task in tasks:
            task.result()

    async def _keep(self, number: int) -> None:
        pause, longest = PAUSE_SECONDS
        clock = asyncio.get_running_loop()
        while not self._stop.draining:
            started = clock.time()
            code = await self._one(number)
            if self._stop.draining:
                return
            if code == FAILED and not self._announced:
                raise StartupError("The server processes could not start; the reason stands above.")
            if clock.time() - started > STEADY_SECONDS:
                pause = PAUSE_SECONDS[0]
            log.warning(
                "process_ended",
                module=self._module,
                process=number,
                code=code,
                again_in_seconds=pause,
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait_draining(), pause)
            pause = min(2 * pause, longest)

    async def _one(self, number: int) -> int:
        """Run one process to its end; its exit code."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours:
            with theirs:
                process = await self._start(theirs)
            beside = [
                asyncio.create_task(self._hear(ours, number, process.pid)),
                asyncio.create_task(self._pass_on(process)),
            ]
            try:
                return await process.wait()
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.wait(beside)

    async def _start(self, line: socket.socket) -> Process:
        handed = [each.fileno() for each in (self._listener, line) if each is not None]
        return await create_subprocess_exec(
            *(sys.executable, "-m", self._module),
            pass_fds=handed,
            env={**self._environment, PLACE: ",".join(map(str, handed))},
            start_new_session=True,  # a Ctrl-C is for the supervisor, who passes it on
        )

    async def _hear(self, line: socket.socket, number: int, pid: int) -> None:
        if await asyncio.get_running_loop().sock_recv(line, 1) != READY:
            return
        log.info("process_ready", module=self._module, process=number, pid=pid)
        if not self._announced and self._listener is not None:
            self._announced = True
            announce(self._listener)

    async def _pass_on(self, process: Process) -> None:
        await self._stop.wait_draining()
        _send(process.terminate)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait_forced(), self._patience)
            _send(process.terminate)
            await asyncio.sleep(self._patience)
        _send(process.kill)


def _send(signal_to: Callable[[], None]) -> None:
    with suppress(ProcessLookupError):
        signal_to()
