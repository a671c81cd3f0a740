"""`make load`: starts a server of its own with the demo data, sends people to it, prints the table.

Each number of people gets a server with its default settings and a data folder that is gone
afterwards. What is printed is Markdown. The exit code is that of the limits in `table.py`.
"""

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

from loadtests.serving import CHECKOUT, high_water, server
from loadtests.spent import Spent

HERE = Path(__file__).parent
ARRIVE_SECONDS = 10  # until everybody is there
FINISH_SECONDS = 120  # whoever has begun may end: else the slowest would not be counted


def main() -> int:
    """Reads the command line and does it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, nargs="+", default=[50, 200])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=90)
    asked = parser.parse_args()
    return max(load(users=users, rows=asked.rows, seconds=asked.seconds) for users in asked.users)


def load(*, users: int, rows: int, seconds: int) -> int:
    """One load test: prints what it showed and answers its exit code."""
    with server({}) as (address, process):
        print(f"\n### {users} people, reports of {rows:,} rows, {seconds} s\n")
        print(f"{os.cpu_count()} cores ({platform.machine()})", end=" ")
        print("shared by the server, PostgreSQL and the people.\n", flush=True)
        before = Spent.now(process)
        code = send_people(address, users=users, rows=rows, seconds=seconds)
        print(Spent.now(process).since(before).sentence())
        print(f"Memory of the server process at its highest: {high_water(process)}.", flush=True)
    return code


def send_people(address: str, *, users: int, rows: int, seconds: int) -> int:
    """Runs locust without its pages and answers its exit code."""
    rate = users / ARRIVE_SECONDS
    flags = ["--headless", f"--users={users}", f"--spawn-rate={rate}", f"--run-time={seconds}s"]
    flags += [f"--stop-timeout={FINISH_SECONDS}", "--skip-log-setup", f"--host={address}"]
    command = [sys.executable, "-m", "locust", f"--locustfile={HERE / 'locustfile.py'}", *flags]
    environment = os.environ | {"LOAD_PEOPLE": str(users), "LOAD_ROWS": str(rows)}
    return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
