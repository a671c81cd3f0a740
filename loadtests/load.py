"""`make load`: starts a server of its own with the demo data, sends people to it, prints the table.

The server has its default settings and a data folder that is gone afterwards. The exit code is
that of the limits in `table.py`.
"""

import argparse
import contextlib
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from pathlib import Path

import psutil

from tests.postgres import free_port

HERE = Path(__file__).parent
START_SECONDS = 180.0  # initdb and the demo data are in it
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.1
FINISH_SECONDS = 30  # a report that has begun may end when the time is over
MIB = 2**20


@contextlib.contextmanager
def server() -> Generator[tuple[str, psutil.Process]]:
    """A server on a free port with a data folder of its own: its address and its process."""
    with tempfile.TemporaryDirectory(prefix="rowstream-load-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user when we are root
        address = f"http://127.0.0.1:{free_port()}"
        environment = os.environ | {
            "ROWSTREAM_PORT": address.rpartition(":")[2],
            "ROWSTREAM_DATA": str(Path(folder, "data")),
        }
        log = Path(folder, "log")
        with log.open("wb") as output:
            command = [sys.executable, "-m", "app", "serve"]
            process = subprocess.Popen(
                command, cwd=HERE.parent, env=environment, stdout=output, stderr=output
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


def send_people(address: str, *, users: int, rows: int, seconds: int) -> int:
    """Runs locust without its pages and answers its exit code."""
    flags = ["--headless", f"--users={users}", f"--spawn-rate={users}", f"--run-time={seconds}s"]
    flags += [f"--stop-timeout={FINISH_SECONDS}", "--skip-log-setup", f"--host={address}"]
    command = [sys.executable, "-m", "locust", f"--locustfile={HERE / 'locustfile.py'}", *flags]
    environment = os.environ | {"LOAD_ROWS": str(rows)}
    return subprocess.run(command, cwd=HERE.parent, env=environment, check=False).returncode


def high_water(process: psutil.Process) -> str:
    """The most memory (RSS) that the server process has had, as the kernel kept it."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    return f"{int(kilobytes) * 1024 / MIB:.0f} MiB"


def main() -> int:
    """Reads the command line and does it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    with server() as (address, process):
        print(
            f"{asked.users} people, reports of {asked.rows:,} rows, {asked.seconds} s,"
            f" {os.cpu_count()} cores ({platform.machine()}) shared with PostgreSQL and the people",
            flush=True,
        )
        code = send_people(address, users=asked.users, rows=asked.rows, seconds=asked.seconds)
        print(f"Memory of the server process at its highest: {high_water(process)}")
    return code


if __name__ == "__main__":
    sys.exit(main())
