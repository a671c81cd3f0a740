"""How many rows are fetched next: what the source brings within the delay."""

from collections.abc import Callable

import pytest

from app.database.cursor import Pace

DELAY = 0.25


class Source:
    """Brings rows at a speed that the test sets, by a clock of its own."""

    def __init__(self, seconds: Callable[[int], float]) -> None:
        self.now = 0.0
        self.pace = Pace(delay=DELAY, clock=lambda: self.now)
        self.seconds = seconds
        self.done = 0

    def fetch(self, most: int = 1000) -> tuple[int, float]:
        """How many rows were asked for, and how long it took."""
        count = self.pace.next(most)
        took = sum(self.seconds(self.done + row) for row in range(count))
        self.now += took
        self.done += count
        self.pace.fetched(count)
        return count, took


def steady(seconds: float) -> Callable[[int], float]:
    return lambda _: seconds


@pytest.mark.parametrize(
    ("seconds", "sizes"),
    [
        (0.0, [1, 16, 256, 1000, 1000]),
        (0.0001, [1, 16, 256, 1000, 1000]),
        (1 / 128, [1, 16, 32, 32, 32]),
        (1 / 8, [1, 16, 2, 2, 2]),
        (1.0, [1, 1, 1, 1, 1]),
    ],
)
def test_sizes_find_the_speed_of_the_source(seconds: float, sizes: list[int]) -> None:
    source = Source(steady(seconds))

    assert [source.fetch()[0] for _ in sizes] == sizes


def test_a_slow_first_row_says_nothing_of_the_others() -> None:
    source = Source(lambda row: 5.0 if row == 0 else 0.0)

    assert [source.fetch()[0] for _ in range(5)] == [1, 1, 16, 256, 1000]


@pytest.mark.parametrize("seconds", [0.0003, 0.002, 0.01, 0.2])
def test_a_steady_source_is_waited_for_no_longer_than_the_delay(seconds: float) -> None:
    source = Source(steady(seconds))
    for _ in range(3):
        source.fetch()

    assert all(source.fetch()[1] <= DELAY * 1.001 for _ in range(20))


def test_a_source_that_slows_down_holds_only_one_fetch() -> None:
    source = Source(lambda row: 0.0001 if row < 5000 else 0.05)
    while source.done < 5000:
        source.fetch()
    source.fetch()

    assert source.fetch()[1] <= DELAY * 1.001


def test_a_source_that_recovers_is_read_fast_again() -> None:
    source = Source(lambda row: 1.0 if row < 10 else 0.0)

    sizes = [source.fetch()[0] for _ in range(16)]

    assert sizes[9:] == [1, 1, 16, 256, 1000, 1000, 1000]


@pytest.mark.parametrize("most", [1, 8, 100])
def test_no_more_is_fetched_than_there_is_room_for(most: int) -> None:
    source = Source(steady(0.0))

    assert max(source.fetch(most)[0] for _ in range(6)) == most
