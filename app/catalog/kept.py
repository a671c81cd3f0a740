"""Answers that are kept for some seconds; who asks while one is made gets the same one."""

import time
from asyncio import Task, create_task, shield
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(slots=True)
class Kept(Generic[Key, Value]):
    """At most `most` answers, each for `seconds`.

    An error is not kept, but all who waited for the answer meet it: while the database is away,
    waiting does not add up. Who stops waiting does not stop the making.
    """

    seconds: float
    most: int = 1000
    clock: Callable[[], float] = time.monotonic
    _answers: dict[Key, tuple[float, Value]] = field(default_factory=dict[Key, tuple[float, Value]])
    _making: dict[Key, Task[Value]] = field(default_factory=dict[Key, Task[Value]])

    async def get(self, key: Key, make: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """The kept answer, or a new one."""
        kept = self._answers.get(key)
        if kept and self.clock() - kept[0] < self.seconds:
            return kept[1]
        return await shield(self._making.get(key) or self._start(key, make))

    def latest(self, key: Key) -> Value | None:
        """The last answer, however old."""
        kept = self._answers.get(key)
        return kept[1] if kept else None

    def forget(self, chosen: Callable[[Key], bool]) -> None:
        """Drop the answers whose keys are chosen."""
        for key in [key for key in self._answers if chosen(key)]:
            del self._answers[key]

    def _start(self, key: Key, make: Callable[[], Coroutine[Any, Any, Value]]) -> Task[Value]:
        task = create_task(make())
        self._making[key] = task
        task.add_done_callback(lambda done: self._made(key, done))
        return task

    def _made(self, key: Key, task: Task[Value]) -> None:
        del self._making[key]
        if task.cancelled() or task.exception() is not None:
            return
        self._answers.pop(key, None)
        while len(self._answers) >= self.most:
            del self._answers[next(iter(self._answers))]
        self._answers[key] = (self.clock(), task.result())
