"""A running `postgres`, our child or not: its end, signals to it, and no mistaking it for another.

A process number can be reused. Where the system has process descriptors (Linux) the process is
held by one, so that a signal never reaches a stranger.
"""

import asyncio
import contextlib
import os
import select
import signal
import subprocess
from pathlib import Path
from types import TracebackType

PROCESS_TABLE = Path("/proc/self/cwd")
POLL_SECONDS = 0.05  # only where there are no process descriptors


class Postmaster:
    """One process, held until `close`; `child` is given when we started it and have to reap it."""

    def __init__(self, pid: int, child: "subprocess.Popen[bytes] | None" = None) -> None:
        self.pid = pid
        self._child = child
        self._descriptor = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None

    def __enter__(self) -> "Postmaster":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the process; it goes on running."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @property
    def is_child(self) -> bool:
        """Whether we started it."""
        return self._child is not None

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        if self._child is not None:
            return self._child.poll() is None
        if self._descriptor is not None:
            return not _is_readable(self._descriptor)
        return _exists(self.pid)

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when the process has ended."""
        with contextlib.suppress(ProcessLookupError):
            if self._descriptor is not None:
                signal.pidfd_send_signal(self._descriptor, number)
            elif self.running:
                os.kill(self.pid, number)

    async def wait(self) -> None:
        """Return when it has ended."""
        if self._descriptor is not None:
            await _readable(self._descriptor)
        while self.running:  # noqa: ASYNC110  (nothing tells us: no descriptor, or not reaped)
            await asyncio.sleep(POLL_SECONDS)


def find_postmaster(cluster: Path, *, answered: bool) -> Postmaster | None:
    """The `postgres` that runs in this folder by its pid file, if that is what the number means.

    The process table keeps a reused number from passing for a server. Where there is none to read
    (no `/proc`) the number is believed only when the server has answered on its socket.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((cluster / "postmaster.pid").read_text().splitlines()[0])
        found = Postmaster(pid)  # held first, looked at afterwards: it cannot be reused meanwhile
        if _works_in(pid, cluster) if PROCESS_TABLE.exists() else answered:
            return found
        found.close()
    return None


def forget_stale(cluster: Path) -> None:
    """Remove a pid file whose process is another one; PostgreSQL itself would refuse to start."""
    if PROCESS_TABLE.exists() and find_postmaster(cluster, answered=False) is None:
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def _works_in(pid: int, cluster: Path) -> bool:
    folder = Path(f"/proc/{pid}/cwd")  # a server works in its data folder, and nobody else does
    return folder.exists() and folder.samefile(cluster)


def _exists(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def _is_readable(descriptor: int) -> bool:
    poll = select.poll()  # `select` takes no descriptor from 1,024 on
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
