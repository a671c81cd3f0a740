"""The signals of a process of ours: SIGTERM, Ctrl-C and a closed terminal begin its stop."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

from app.runs.stop import Stop

SHELL = 128  # what shells add to the number of the signal that ended a program

T = TypeVar("T")


class Signalled(Exception):
    """A signal has ended the work; `code` is the exit code that says so."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.code = SHELL + number


@contextmanager
def own_signals(stop: Stop) -> Generator[None]:
    """Inside, a signal begins the stop; a second one forces it."""
    with _handled(lambda _: stop.begin()):
        yield


async def unless_signalled(work: Coroutine[Any, Any, T]) -> T:
    """What the work returns. A signal cancels it; raises Signalled when it has cleaned up.

    A second one does what the system does with it.
    """
    told: list[signal.Signals] = []

    def tell(number: signal.Signals) -> None:
        told.append(number)
        _leave(_wanted())
        task.cancel()

    task = asyncio.create_task(work)
    with _handled(tell):
        try:
            return await task
        except asyncio.CancelledError:
            if told:
                raise Signalled(told[0]) from None
            raise


@contextmanager
def _handled(handle: Callable[[signal.Signals], object]) -> Generator[None]:
    loop, wanted = asyncio.get_running_loop(), _wanted()
    for number in wanted:
        loop.add_signal_handler(number, handle, number)
    try:
        yield
    finally:
        _leave(wanted)


def _wanted() -> list[signal.Signals]:
    ours = [signal.SIGTERM, signal.SIGINT]
    ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN  # by nohup
    return ours if ignored else [*ours, signal.SIGHUP]


def _leave(numbers: list[signal.Signals]) -> None:
    loop = asyncio.get_running_loop()
    for number in numbers:
        loop.remove_signal_handler(number)
