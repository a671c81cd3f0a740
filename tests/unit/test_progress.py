"""The percentage: true, never falling within one kind of total, unknown where it would lie."""

from functools import reduce

import pytest
from hypothesis import given, strategies as st

from app.runs.progress import MOST, Progress

Step = tuple[str, int]
STEPS = st.lists(st.tuples(st.sampled_from(["rows", "estimated", "counted"]), st.integers(0, 3000)))


def after(progress: Progress, step: Step) -> Progress:
    name, number = step
    if name == "rows":
        return progress.with_rows(progress.rows + number)
    return progress.estimated(number) if name == "estimated" else progress.counted(number)


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ([], (None, "unknown", None)),
        ([("rows", 500)], (None, "unknown", None)),
        ([("estimated", 1000)], (1000, "estimate", 0.0)),
        ([("estimated", 1000), ("rows", 333)], (1000, "estimate", 33.3)),
        ([("rows", 250), ("estimated", 1000)], (1000, "estimate", 25.0)),
        ([("estimated", 1000), ("rows", 1000)], (1000, "estimate", MOST)),
        ([("estimated", 1000), ("rows", 1001)], (None, "unknown", None)),
        ([("rows", 1001), ("estimated", 1000)], (None, "unknown", None)),
        ([("estimated", 10), ("rows", 11), ("counted", 44)], (44, "exact", 25.0)),
        ([("estimated", 10), ("rows", 5), ("counted", 50)], (50, "exact", 10.0)),
        ([("counted", 50), ("estimated", 10)], (50, "exact", 0.0)),
        ([("counted", 3), ("rows", 1)], (3, "exact", 33.3)),
        ([("counted", 3), ("rows", 3)], (3, "exact", MOST)),
        ([("counted", 0)], (0, "exact", 0.0)),
        ([("counted", 0), ("rows", 1)], (0, "exact", MOST)),
        ([("counted", 336_776), ("rows", 1000)], (336_776, "exact", 0.2)),
    ],
)
def test_progress_shows(steps: list[Step], shown: tuple[object, ...]) -> None:
    progress = reduce(after, steps, Progress())

    assert (progress.total, progress.total_kind, progress.percent) == shown


@given(STEPS)
def test_a_percentage_stays_below_100_until_the_end(steps: list[Step]) -> None:
    percent = reduce(after, steps, Progress()).percent

    assert percent is None or 0.0 <= percent <= MOST


@given(STEPS, st.lists(st.integers(0, 500)))
def test_a_percentage_never_falls_while_rows_come(steps: list[Step], more: list[int]) -> None:
    progress = reduce(after, steps, Progress())
    for count in more:
        next_one = progress.with_rows(progress.rows + count)
        if next_one.total_kind == progress.total_kind:
            assert (next_one.percent or 0.0) >= (progress.percent or 0.0)
        progress = next_one


@given(STEPS)
def test_a_percentage_is_there_where_a_total_is(steps: list[Step]) -> None:
    progress = reduce(after, steps, Progress())

    assert (progress.percent is None) == (progress.total is None)
    assert (progress.total is None) == (progress.total_kind == "unknown")
