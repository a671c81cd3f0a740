"""`rowstream export` as it is typed: what it says, how it exits, what ends it."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.settings import Settings
from tests.exports.test_commandline import LONG, names
from tests.process.running import until

PIPE_BYTES = 64 * 1024  # what a pipe holds (pipe(7))

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(settings: Settings) -> Settings:
    assert settings.reports is not None
    (settings.reports / "long.sql").write_text(LONG)
    return settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


@pytest.fixture
def attended() -> Generator[None]:
    """A closed terminal means us, also where `nohup` has started the tests."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@contextmanager
def command(
    settings: Settings, *arguments: str, error: int = subprocess.PIPE
) -> Generator["subprocess.Popen[bytes]"]:
    """`rowstream export` as it is typed; killed at the end."""
    given = {"--database-url": settings.database_url, "--reports": settings.reports}
    flags = [f"{name}={value}" for name, value in {**given, "--data": settings.data}.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "export", *flags, *arguments],
        stdout=subprocess.PIPE,
        stderr=error,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def unread(process: "subprocess.Popen[bytes]") -> int:
    """Bytes that wait in its standard output."""
    assert process.stdout is not None
    count = bytearray(4)
    fcntl.ioctl(process.stdout, termios.FIONREAD, count)
    return int.from_bytes(count, sys.byteorder)


def ended(process: "subprocess.Popen[bytes]") -> tuple[int, bytes, bytes]:
    out, said = process.communicate(timeout=30)
    return process.returncode, out, said


async def test_it_is_written_to_standard_output(settings: Settings) -> None:
    with command(settings, "numbers", "--param", "n=2", "--format", "ndjson") as process:
        code, out, said = ended(process)

    assert (code, len(out.splitlines())) == (0, 2), said
    assert said == b"2 rows, %d bytes.\n" % len(out)


async def test_a_refusal_is_a_sentence_and_a_code(settings: Settings) -> None:
    with command(settings, "nope") as process:
        assert ended(process) == (3, b"", b"There is no report 'nope'.\n")


async def test_a_reader_who_has_had_enough_ends_it(settings: Settings) -> None:
    with command(settings, "long") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"n,text\n"
        process.stdout.close()
        assert process.wait(30) == 3
        assert process.stderr is not None
        assert process.stderr.read() == b""


@pytest.mark.usefixtures("attended")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_it_and_leaves_nothing(
    settings: Settings, folder: Path, number: signal.Signals
) -> None:
    with command(settings, "long", "-o", str(folder / "a.csv")) as process:
        until(lambda: names(folder), "the beginning")
        process.send_signal(number)
        code, _, said = ended(process)

    assert (code, said) == (128 + number, b"Cancelled.\n")
    assert names(folder) == []


@pytest.mark.usefixtures("attended")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_it_while_nobody_reads(
    settings: Settings, number: signal.Signals
) -> None:
    with command(settings, "long") as process:
        until(lambda: unread(process) > PIPE_BYTES // 2, "a full pipe")
        process.send_signal(number)

        assert process.wait(30) == 128 + number
        assert process.stderr is not None
        assert process.stderr.read() == b"Cancelled.\n"


async def test_a_slow_reader_gets_everything(settings: Settings) -> None:
    with command(settings, "numbers", "--param", "n=20000") as process:
        until(lambda: unread(process) > PIPE_BYTES // 2, "a full pipe")
        code, out, said = ended(process)

    assert (code, len(out.splitlines())) == (0, 20_001), said


async def test_a_terminal_is_shown_how_far_it_is(settings: Settings, folder: Path) -> None:
    leader, terminal = pty.openpty()
    arguments = ("numbers", "--param", "n=200000", "-o", str(folder / "a.csv"))
    with command(settings, *arguments, error=terminal) as process:
        os.close(terminal)
        assert process.wait(30) == 0
    shown = os.read(leader, 100_000).decode()
    os.close(leader)

    assert "Numbers" in shown
    assert "MB/s" in shown
    assert "200,000 rows" in shown
