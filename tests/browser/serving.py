"""The real server as a process on a loopback port, with reports and settings of the test's own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

from tests.postgres import free_port

CHECKOUT = Path(__file__).parents[2]
REPORTS = Path(__file__).parent / "reports"
START_SECONDS = 30.0
STOP_SECONDS = 15.0
LOOK_SECONDS = 0.05


@dataclass
class Server:
    """One `serve` process that a test may kill and start again where it was."""

    environment: dict[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where browsers find it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts the process and returns when it answers `/ready`."""
        command = [sys.executable, "-m", "app", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=CHECKOUT, env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            gone = self.process.poll() is not None
            if gone or time.monotonic() > deadline:
                message = f"The server did not start:\n{self.log.read_text(errors='replace')}"
                raise RuntimeError(message)
            time.sleep(LOOK_SECONDS)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends the process, if it runs, and waits until it is gone."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/ready", timeout=2) as answer:  # noqa: S310 - http, ours
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError):
            return False


@contextlib.contextmanager
def served(database_url: str, folder: Path, **settings: str) -> Generator[Server]:
    """A running server with this folder's reports; `settings` are ROWSTREAM_… by field name."""
    given = {
        "database_url": database_url,
        "reports": str(REPORTS),
        "data": str(folder / "data"),
        "stop_grace": "1s",
        **settings,
    }
    clean = {name: value for name, value in os.environ.items() if "ROWSTREAM" not in name}
    environment = clean | {f"ROWSTREAM_{name.upper()}": value for name, value in given.items()}
    server = Server(environment, folder / "log")
    try:
        server.start()
        yield server
    finally:
        server.end()
