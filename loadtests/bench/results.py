"""The machine in words, and the tables put into a file between two marks."""

import datetime
import importlib.metadata
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
LIBRARIES = ("asyncpg", "uvloop", "uvicorn", "starlette", "orjson", "zstandard", "isal")
GIB = 2**30


def machine(postgresql: str, flags: str) -> list[str]:
    """What it ran on, the command, the day."""
    command = f'make bench BENCH_ARGS="{flags}"' if flags else "make bench"
    versions = [f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES]
    memory = f"{psutil.virtual_memory().total / GIB:.0f} GiB of memory"
    busy = os.getloadavg()[0]
    return [
        f"- {os.cpu_count()} cores ({processor()}), {memory}, {platform.system()}",
        f"- Python {platform.python_version()}, PostgreSQL {postgresql}, {', '.join(versions)}",
        f"- `{command}` on {today()}; load average before it {busy:.1f}",
    ]


def processor() -> str:
    """The processor's name as the kernel tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def today() -> str:
    """The date, in UTC."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def put(file: Path, lines: Sequence[str]) -> None:
    """Replaces what stands between the marks."""
    before, _, _, after = parts(file)
    text = "\n".join([BEGIN, "", *lines, "", END])
    file.write_text(f"{before}{text}{after}", "utf-8")


def parts(file: Path) -> tuple[str, str, str, str]:
    """What is before, between and behind the marks; a sentence where there are none."""
    text = file.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    between, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"{file} has no place for the tables: '{BEGIN}' and '{END}' are missing.")
    return before, begin, between, after
