"""How long the event loop of a real server is held, and by what.

`python -m loadtests.held serve` is the server: the application as `python -m app serve` runs it,
with a heartbeat inside its loop (`loadtests.heartbeat`). It tells what it saw to whoever connects
to the socket that HELD_SOCKET names. `held_server` starts one and asks it.

Without arguments it goes through the scenarios of `loadtests.holds` and prints their table.
"""

import asyncio
import json
import os
import socket
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import AsyncExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import uvloop

from app.logs import configure_logs
from app.memory import give_large_blocks_back
from app.runs.stop import Abandoned, Stop
from app.server import serve
from app.settings import Settings
from app.signals import own_signals
from app.sockets import announce, listening_socket
from app.sources import sources
from loadtests.heartbeat import Heartbeat, heartbeat
from loadtests.serving import server

ASK_SECONDS = 30.0
SERVING = ("loadtests.held", "serve")


@dataclass(frozen=True, slots=True)
class Hold:
    """The longest time the loop was held, in milliseconds, and where it stood.

    `held` leaves out the time for which the loop's thread stood in the queue for a core (`queued`)
    and that in which nothing of the process had one. `others` are busy threads, with the loop's.
    """

    held: float = 0.0
    wall: float = 0.0
    loop: float = 0.0
    process: float = 0.0
    queued: float = 0.0
    where: str = ""
    others: str = ""
    looks: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What the heartbeat saw since it was asked last; `gaps` begins with the longest."""

    gaps: list[Hold]
    beats: int
    late: int
    gc: dict[str, dict[str, float]]

    @property
    def longest(self) -> Hold:
        """The longest hold; one of 0 ms where no beat was late."""
        return self.gaps[0] if self.gaps else Hold()


@dataclass(frozen=True, slots=True)
class HeldServer:
    """A server with a heartbeat."""

    address: str
    process: psutil.Process
    asking: Path

    def seen(self) -> Seen:
        """What the heartbeat saw since the last call."""
        with closing(socket.socket(socket.AF_UNIX)) as asked:
            asked.settimeout(ASK_SECONDS)
            asked.connect(str(self.asking))
            with asked.makefile("rb") as answer:
                told: dict[str, Any] = json.load(answer)
        gaps = [Hold(**gap) for gap in told["gaps"]]
        return Seen(gaps, beats=told["beats"], late=told["late"], gc=told["gc"])

    def longest_hold(self) -> Hold:
        """The longest hold since the last call, the start of the process left out."""
        return self.seen().longest


@contextmanager
def held_server(settings: Mapping[str, str]) -> Generator[HeldServer]:
    """A server as `loadtests.serving.server` gives it, whose loop has a heartbeat."""
    with tempfile.TemporaryDirectory(prefix="rowstream-held-") as folder:
        asking = Path(folder, "asking")
        given = {**settings, "HELD_SOCKET": str(asking)}
        with server(given, module=SERVING) as (address, process):
            made = HeldServer(address, process, asking)
            made.seen()
            yield made


async def serve_with_heartbeat(settings: Settings, asking: str) -> None:
    """The server process alone, as `app.server` serves it, until it is told to stop."""
    stop = Stop()
    with own_signals(stop), suppress(Abandoned), listening_socket(settings) as listener:
        async with AsyncExitStack() as stack:
            given = await stack.enter_async_context(sources(settings))
            beating = stack.enter_context(heartbeat())
            telling = await asyncio.start_unix_server(_teller(beating), asking)
            await stack.enter_async_context(telling)
            await serve(given, stop, listener, ready=lambda _: announce(listener))


def _teller(beating: Heartbeat) -> Any:  # noqa: ANN401  (what asyncio calls a client callback)
    async def tell(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(json.dumps(beating.taken()).encode())
        await writer.drain()
        writer.close()

    return tell


def main() -> None:
    """Serve, or go through the scenarios."""
    if sys.argv[1:2] == ["serve"]:
        configure_logs()
        give_large_blocks_back()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            serving = serve_with_heartbeat(Settings.read(os.environ), os.environ["HELD_SOCKET"])
            runner.run(serving)
        return
    from loadtests.holds import run_scenarios  # noqa: PLC0415  (a server does without it)

    run_scenarios(sys.argv[1:])


if __name__ == "__main__":
    main()
