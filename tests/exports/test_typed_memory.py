"""The memory of a typed file's writer does not grow with its rows."""

import subprocess
import sys
from pathlib import Path

import pytest

MOST_MEMORY = 250 << 20
GROWTH = 1.15

# Rows of 80 bytes or so, as many as it is told; its memory's high-water mark in kB.
WRITER = """
import sys
from functools import partial
from pathlib import Path
from app.exports.parquet import parquet_file
from app.exports.xlsx import xlsx_file

form, path, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
make = parquet_file if form == "parquet" else partial(xlsx_file, title="rows")
columns = [
    ("id", "bigint"), ("name", "text"), ("value", "numeric(12,2)"), ("day", "date"),
    ("seen", "timestamp with time zone"), ("active", "boolean"), ("note", "text"),
]
file = make(path, columns)
for start in range(0, rows, 1000):
    file.write("".join(
        f'{i},"person, {i}",{i % 99999}.50,2013-01-01,2013-06-01 12:00:00.{i % 9 + 1}+00,t,\\n'
        for i in range(start, start + 1000)
    ).encode())
file.close()
# Not getrusage: that remembers the process which this one was forked from.
[peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(peak)
"""


def peak(form: str, path: Path, rows: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", WRITER, form, path, str(rows)],
        capture_output=True,
        check=True,
        timeout=50,
    )
    assert path.stat().st_size > rows
    return int(done.stdout) << 10


@pytest.mark.slow
@pytest.mark.parametrize(("form", "rows"), [("xlsx", 1_000_000), ("parquet", 1_000_000)])
def test_memory_stays_where_it_was(tmp_path: Path, form: str, rows: int) -> None:
    few = peak(form, tmp_path / "few", rows // 2)
    many = peak(form, tmp_path / "many", rows)

    assert many < MOST_MEMORY
    assert many < few * GROWTH
