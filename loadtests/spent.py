"""Who had the CPU while people read: what else ran on the machine makes every figure worse."""

import resource
import time
from dataclasses import astuple, dataclass

import psutil


@dataclass(frozen=True)
class Spent:
    """Seconds of time, and of the CPU of the server process, PostgreSQL, people and the machine."""

    time: float
    server: float
    database: float
    people: float
    machine: float

    @classmethod
    def now(cls, server: psutil.Process) -> "Spent":
        """Up to now. PostgreSQL is below the server, the people are children of ours that ended."""
        below = server.children(recursive=True)
        people = resource.getrusage(resource.RUSAGE_CHILDREN)
        machine = psutil.cpu_times()
        return cls(
            time=time.monotonic(),
            server=sum(server.cpu_times()[:2]),
            database=sum(_with_ended(one) for one in below if one.name() == "postgres"),
            people=people.ru_utime + people.ru_stime,
            machine=machine.user + machine.nice + machine.system,
        )

    def since(self, before: "Spent") -> "Spent":
        """The difference."""
        return Spent(
            *(now - then for now, then in zip(astuple(self), astuple(before), strict=True))
        )

    def sentence(self) -> str:
        """All of it in words."""
        others = self.machine - self.server - self.database - self.people
        return (
            f"CPU seconds in {self.time:.0f} s: server {self.server:.0f},"
            f" PostgreSQL {self.database:.0f}, people {self.people:.0f},"
            f" everything else {max(others, 0):.0f}."
        )


def _with_ended(process: psutil.Process) -> float:
    """CPU time of a process so far, with that of its ended children."""
    return sum(process.cpu_times()[:4])
