"""A server for measurements: a process of its own, with a data folder that is gone afterwards."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import psutil

from tests.postgres import free_port

CHECKOUT = Path(__file__).parent.parent
START_SECONDS = 180.0  # initdb and the demo data are in it
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.1
MIB = 2**20
PRODUCT = ("app", "serve")


@contextlib.contextmanager
def server(
    settings: Mapping[str, str], *, module: Sequence[str] = PRODUCT
) -> Generator[tuple[str, psutil.Process]]:
    """A server on a free port with a data folder of its own: its address and its process.

    `module` is what Python runs as the server, with its arguments.
    """
    with tempfile.TemporaryDirectory(prefix="rowstream-load-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user when we are root
        address = f"http://127.0.0.1:{free_port()}"
        environment = os.environ | {
            "ROWSTREAM_PORT": address.rpartition(":")[2],
            "ROWSTREAM_DATA": str(Path(folder, "data")),
            "ROWSTREAM_EXPORT_WORKER": "no",  # runs are measured here
            **settings,
        }
        log = Path(folder, "log")
        with log.open("wb") as output:
            command = [sys.executable, "-m", *module]
            process = subprocess.Popen(
                command, cwd=CHECKOUT, env=environment, stdout=output, stderr=output
            )
            try:
                wait_ready(address, process, log)
                yield address, psutil.Process(process.pid)
            finally:
                stop(process)


def wait_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when the server can serve; shows its log when it does not come to that."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready(address):
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"The server did not start:\n{log.read_text(errors='replace')}")
        time.sleep(LOOK_SECONDS)


def is_ready(address: str) -> bool:
    """Whether /ready answers 200."""
    try:
        with urllib.request.urlopen(f"{address}/ready", timeout=5) as answer:  # noqa: S310 (http)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and the end."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def high_water(process: psutil.Process) -> str:
    """The most memory (RSS) that the server process has had, as the kernel kept it."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    return f"{int(kilobytes) * 1024 / MIB:.0f} MiB"
