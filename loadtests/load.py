"""`make load`: starts a server of its own with the demo data, sends people to it, prints the table.

The server has its default settings and a data folder that is gone afterwards. The exit code is
that of the limits in `table.py`.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path

from loadtests.serving import CHECKOUT, busy_seconds, high_water, server, shares

HERE = Path(__file__).parent
ARRIVE_SECONDS = 10  # until everybody is there
FINISH_SECONDS = 30  # a report that has begun may end when the time is over


def send_people(address: str, *, users: int, rows: int, seconds: int) -> int:
    """Runs locust without its pages and answers its exit code."""
    rate = users / ARRIVE_SECONDS
    flags = ["--headless", f"--users={users}", f"--spawn-rate={rate}", f"--run-time={seconds}s"]
    flags += [f"--stop-timeout={FINISH_SECONDS}", "--skip-log-setup", f"--host={address}"]
    command = [sys.executable, "-m", "locust", f"--locustfile={HERE / 'locustfile.py'}", *flags]
    environment = os.environ | {"LOAD_ROWS": str(rows)}
    return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode


def main() -> int:
    """Reads the command line and does it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=90)
    asked = parser.parse_args()
    before = busy_seconds()
    with server({}) as (address, process):
        print(
            f"{asked.users} people, reports of {asked.rows:,} rows, {asked.seconds} s,"
            f" {os.cpu_count()} cores ({platform.machine()}) shared with PostgreSQL and the people",
            flush=True,
        )
        code = send_people(address, users=asked.users, rows=asked.rows, seconds=asked.seconds)
        people = resource.getrusage(resource.RUSAGE_CHILDREN)
        machine = busy_seconds() - before
        print(shares(process, people=people.ru_utime + people.ru_stime, machine=machine))
        print(f"Memory of the server process at its highest: {high_water(process)}")
    return code


if __name__ == "__main__":
    sys.exit(main())
