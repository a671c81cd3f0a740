"""What time it is, passed in so that tests can say it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of day (aware, UTC), and a time in seconds that never goes back."""

    now: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
