"""A heartbeat inside an event loop: how long the loop was held, by what, and where it stood.

Every millisecond the loop is asked to turn. What lies between two turns is told apart by clocks:
the loop's own CPU time, that of the whole process, and the time for which the loop's thread stood
in the kernel's queue for a core, which a busy machine causes and no program can mend. A loop that
waits for the GIL has no CPU time of its own; the thread that holds it has. A second thread looks
at the stacks while a beat is late.
"""

import asyncio
import gc
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Self

BEAT_SECONDS = 0.001
LOOK_SECONDS = 0.002
LATE_SECONDS = 0.005
MOST_GAPS = 8  # the longest are kept
MOST_FRAMES = 5
PLUMBING = (
    *("asyncio", "anyio", "uvloop", "threading.py", "concurrent", "runpy", "starlette", "uvicorn"),
    *("/heartbeat.py", "/held.py"),
)


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds by every clock that counts, at one moment."""

    wall: float
    loop: float
    process: float
    queued: float

    @classmethod
    def now(cls, schedule: int) -> Self:
        """As the thread of the loop reads them; `schedule` is its open `schedstat`."""
        queued = int(os.pread(schedule, 80, 0).split()[1]) / 1e9
        return cls(time.perf_counter(), time.thread_time(), time.process_time(), queued)

    def since(self, before: "Clocks") -> "Clocks":
        """What has passed between them."""
        return Clocks(
            self.wall - before.wall,
            self.loop - before.loop,
            self.process - before.process,
            self.queued - before.queued,
        )

    @property
    def held(self) -> float:
        """How much of it the process held the loop: what it did not wait for a core, and worked."""
        return max(0.0, min(self.wall - self.queued, self.process))


@dataclass(slots=True)
class Look:
    """What the second thread saw while a beat was late: each thread's stack and CPU time."""

    stacks: dict[str, str]
    cpu: dict[str, float]


@dataclass(frozen=True, slots=True)
class Gap:
    """The time between two turns of the loop."""

    spent: Clocks
    where: str
    others: str
    looks: int

    def to_json(self) -> dict[str, Any]:
        """In milliseconds, for whoever asks from another process."""
        clocks = {
            "held": self.spent.held,
            "wall": self.spent.wall,
            "loop": self.spent.loop,
            "process": self.spent.process,
            "queued": self.spent.queued,
        }
        figures = {name: round(seconds * 1000, 2) for name, seconds in clocks.items()}
        return {**figures, "where": self.where, "others": self.others, "looks": self.looks}


@dataclass(slots=True)
class Pauses:
    """Garbage collections: how often in each generation, and the longest, in CPU seconds."""

    count: Counter[int] = field(default_factory=Counter[int])
    longest: dict[int, float] = field(default_factory=dict[int, float])
    began: float = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        """What `gc.callbacks` calls."""
        if phase == "start":
            self.began = time.thread_time()
            return
        generation, seconds = info["generation"], time.thread_time() - self.began
        self.count[generation] += 1
        self.longest[generation] = max(self.longest.get(generation, 0.0), seconds)


class Heartbeat:
    """Beats in the running loop until it is stopped; `taken` gives what it saw, and begins anew."""

    def __init__(self, schedule: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._schedule = schedule
        self._stopped = threading.Event()
        self._looks: list[Look] = []
        self._gaps: list[Gap] = []
        self._pauses = Pauses()
        self._beats = self._late = 0
        self._threads = cpu_by_thread()
        self._next: asyncio.TimerHandle | None = None
        self._last = Clocks.now(schedule)

    def taken(self) -> dict[str, Any]:
        """The longest gaps, the longest first, and what else is known, as JSON; then forgotten."""
        pauses = {
            str(generation): {"times": times, "longest": round(longest * 1000, 2)}
            for generation, times in sorted(self._pauses.count.items())
            if (longest := self._pauses.longest[generation]) >= 0
        }
        gaps = [gap.to_json() for gap in self._gaps]
        answer = {"gaps": gaps, "beats": self._beats, "late": self._late, "gc": pauses}
        self._gaps, self._beats, self._late = [], 0, 0
        self._pauses.count.clear()
        self._pauses.longest.clear()
        return answer

    def beat(self) -> None:
        """Note the gap, and ask for the next turn."""
        spent = Clocks.now(self._schedule).since(self._last)
        self._beats += 1
        if spent.wall > LATE_SECONDS:
            self._note(spent)
        self._next = self._loop.call_later(BEAT_SECONDS, self.beat)
        self._last = Clocks.now(self._schedule)

    def look_for_ever(self) -> None:
        """What the second thread does: see where everybody stands while a beat is late."""
        while not self._stopped.wait(LOOK_SECONDS):
            if time.perf_counter() - self._last.wall < LATE_SECONDS:
                self._threads = cpu_by_thread()
                self._looks = []
            else:
                self._looks.append(Look(stacks(), cpu_by_thread()))

    def stop(self) -> None:
        """No beat any more."""
        self._stopped.set()
        if self._next is not None:
            self._next.cancel()

    @contextmanager
    def watched(self) -> Generator[None]:
        """Inside, collections are timed and the second thread looks."""
        looking = threading.Thread(target=self.look_for_ever, name="look", daemon=True)
        gc.callbacks.append(self._pauses)
        looking.start()
        try:
            yield
        finally:
            self.stop()
            gc.callbacks.remove(self._pauses)
            looking.join()

    def _note(self, spent: Clocks) -> None:
        looks, self._looks = self._looks, []
        self._late += spent.held > 2 * LATE_SECONDS
        busy = busy_threads(self._threads, looks[-1].cpu) if looks else {}
        where = place(looks, next(iter(busy), ""))
        others = ", ".join(f"{name} {seconds * 1000:.0f}" for name, seconds in busy.items())
        self._gaps.append(Gap(spent, where, others, len(looks)))
        self._gaps.sort(key=lambda gap: gap.spent.held, reverse=True)
        del self._gaps[MOST_GAPS:]


@contextmanager
def heartbeat() -> Generator[Heartbeat]:
    """A heartbeat in the running loop, to the end of the block."""
    schedule = os.open(Path(f"/proc/self/task/{threading.get_native_id()}/schedstat"), os.O_RDONLY)
    try:
        beating = Heartbeat(schedule)
        with beating.watched():
            beating.beat()
            yield beating
    finally:
        os.close(schedule)


def cpu_by_thread() -> dict[str, float]:
    """The CPU seconds of each thread of Python's, by its name."""
    times: dict[str, float] = {}
    for thread in threading.enumerate():
        try:
            times[thread.name] = time.clock_gettime(time.pthread_getcpuclockid(thread.ident or 0))
        except OSError:  # it has just ended
            continue
    return times


def busy_threads(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """The threads that worked for a millisecond or more between the two, the busiest first."""
    spent = {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}
    names = sorted((each for each in spent if spent[each] >= 0.001), key=lambda each: -spent[each])
    return {name: spent[name] for name in names}


def place(looks: list[Look], thread: str) -> str:
    """Where that thread stood most often; a question mark where nobody could look."""
    seen = Counter(look.stacks.get(thread, "?") for look in looks)
    return seen.most_common(1)[0][0] if seen else "?"


def stacks() -> dict[str, str]:
    """Where each thread stands, by its name."""
    frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    try:
        return {each.name: stack(frames.get(each.ident or 0)) for each in threading.enumerate()}
    finally:
        # Our own frame is among them: a cycle that would keep every thread's values for a while.
        frames.clear()


def stack(frame: FrameType | None) -> str:
    """The innermost frames that are not plumbing."""
    names: list[str] = []
    while frame is not None and len(names) < MOST_FRAMES:
        path = frame.f_code.co_filename
        if not any(part in path for part in PLUMBING):
            names.append(f"{frame.f_code.co_name} ({Path(path).name}:{frame.f_lineno})")
        frame = frame.f_back
    return " < ".join(names) or "the loop itself"
