"""What one action costs: time, CPU seconds of everybody in it, and a server's memory."""

import resource
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

RESET_HIGH_WATER = "5"  # proc(5), clear_refs
KIB = 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of time and CPU, bytes of memory at the highest. None: nobody had that part."""

    seconds: float
    server: float | None = None
    database: float | None = None
    client: float | None = None
    memory: int | None = None


@dataclass(slots=True)
class Watch:
    """Looks at the processes that take part. `highest` is the most memory of each server so far."""

    postmaster: psutil.Process
    highest: dict[int, int] = field(default_factory=dict[int, int])

    def cost(self, act: Callable[[], object], server: psutil.Process | None = None) -> Cost:
        """The cost of an action; without a server it all happens in the client, this process."""
        if server:
            self.forget_memory(server)
        before = self._spent(server)
        started = time.perf_counter()
        act()
        seconds = time.perf_counter() - started
        after = self._spent(server)
        served, read, taken = (now - then for now, then in zip(after, before, strict=True))
        return Cost(
            seconds=seconds,
            server=served if server else None,
            database=read,
            client=taken,
            memory=self.memory(server) if server else None,
        )

    def forget_memory(self, server: psutil.Process) -> None:
        """Begins the high-water mark anew; the one until now stays in `highest`."""
        self.memory(server)
        Path(f"/proc/{server.pid}/clear_refs").write_text(RESET_HIGH_WATER, encoding="ascii")

    def memory(self, server: psutil.Process) -> int:
        """The most memory (RSS) since it was last forgotten."""
        status = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        high = int(line.split()[1]) * KIB
        self.highest[server.pid] = max(high, self.highest.get(server.pid, 0))
        return high

    def _spent(self, server: psutil.Process | None) -> tuple[float, float, float]:
        served = cpu_of([server, *server.children(recursive=True)]) if server else 0.0
        read = cpu_of([self.postmaster, *self.postmaster.children()])
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return served, read, time.process_time() + ended.ru_utime + ended.ru_stime


def cpu_of(processes: Iterable[psutil.Process]) -> float:
    """CPU seconds of processes so far, with those of their children that have ended."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])
    return total
