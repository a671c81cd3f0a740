"""The signals of a process of ours: SIGTERM, Ctrl-C and a closed terminal begin its stop."""

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager

from app.runs.stop import Stop


@contextmanager
def own_signals(stop: Stop) -> Generator[None]:
    """Inside, a signal begins the stop; a second one forces it."""
    loop = asyncio.get_running_loop()
    wanted = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # nohup has it ignored
        wanted.append(signal.SIGHUP)
    for number in wanted:
        loop.add_signal_handler(number, stop.begin)
    try:
        yield
    finally:
        for number in wanted:
            loop.remove_signal_handler(number)
