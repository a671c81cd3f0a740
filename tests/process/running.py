"""The server as a person starts it: a process of its own, its output, its end."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

START_SECONDS = 30.0
LOOK_SECONDS = 0.01


@dataclass
class Running:
    """A started command and the files that it writes to."""

    process: "subprocess.Popen[bytes]"
    said: Path
    logged: Path

    @property
    def url(self) -> str:
        """The address that it printed, without the last slash."""
        return self.said.read_text().split(" is at ")[1].split("/ ", maxsplit=1)[0]

    @property
    def log(self) -> str:
        """What it has written to standard error."""
        return self.logged.read_text()

    def terminate(self) -> None:
        """Ask it to stop."""
        self.process.send_signal(signal.SIGTERM)

    def ended(self, within: float) -> int:
        """Its exit code, when it has ended; fails after so many seconds."""
        return self.process.wait(within)

    def children(self) -> list[psutil.Process]:
        """The processes that it started."""
        return psutil.Process(self.process.pid).children()


@contextmanager
def running(command: str, **settings: object) -> Generator[Running]:
    """`rowstream <command>` with these settings; killed at the end, and its children with it."""
    with tempfile.TemporaryDirectory(prefix="rowstream-test-") as folder:
        said, logged = Path(folder, "said"), Path(folder, "logged")
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
        with said.open("wb") as out, logged.open("wb") as error:
            process = subprocess.Popen(
                [sys.executable, "-m", "app", command, *flags],
                stdout=out,
                stderr=error,
                env={
                    "ROWSTREAM_EXPORT_WORKER": "no",  # a test that wants one says so
                    **os.environ,
                    "PYTHONWARNINGS": "error::ResourceWarning",
                },
            )
        try:
            yield Running(process, said, logged)
        finally:
            kill_tree(process)


@contextmanager
def serving(**settings: object) -> Generator[Running]:
    """`rowstream serve` on a port of the kernel's choice, when it accepts connections."""
    with running("serve", **{"port": 0, **settings}) as server:
        until(lambda: " is at " in server.said.read_text() or ended(server), "an address")
        assert not ended(server), server.log
        yield server


def ended(server: Running) -> bool:
    return server.process.poll() is not None


def kill_tree(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and what it started; nothing when it has ended."""
    if process.poll() is None:
        kill_all([*psutil.Process(process.pid).children(recursive=True)])
        process.kill()
        process.wait()


def kill_all(processes: Iterable[psutil.Process]) -> None:
    for each in processes:
        if each.is_running():
            each.kill()


def until(holds: Callable[[], object], what: str, within: float = START_SECONDS) -> None:
    """Wait until something holds; fails after a while, saying what did not happen."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(LOOK_SECONDS)
