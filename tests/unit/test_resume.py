"""Where a follower goes on."""

import pytest

from app.errors import InvalidArgument
from app.runs.run import new_run_id
from app.web.resume import refuse_future, resume_after

RUN = new_run_id()


@pytest.mark.parametrize(
    ("header", "after", "number"),
    [("", [], 0), ("", ["0"], 0), ("", ["7"], 7), (f"{RUN}.3", [], 3), (f"{RUN}.3", ["7"], 3)],
)
def test_the_header_wins_over_the_address(header: str, after: list[str], number: int) -> None:
    assert resume_after(RUN, last_event_id=header, after=after) == number


@pytest.mark.parametrize(
    "header",
    [
        *(f"{new_run_id()}.3", "garbage", "7", RUN, f"{RUN}.", f"{RUN}.-1", f"{RUN}.1e3"),
        *(f"{RUN}.٣", f"{RUN.upper()}.3", f" {RUN}.3", f"{RUN}.{'9' * 19}"),
    ],
)
def test_an_id_that_is_not_this_runs_is_refused(header: str) -> None:
    with pytest.raises(InvalidArgument, match="Last-Event-ID"):
        resume_after(RUN, last_event_id=header, after=[])


@pytest.mark.parametrize("after", [["-1"], ["x"], [""], ["1.5"], ["٣"], ["1", "2"], ["9" * 5000]])
def test_a_place_that_is_no_event_number_is_refused(after: list[str]) -> None:
    with pytest.raises(InvalidArgument, match="'after' is one event number"):
        resume_after(RUN, last_event_id="", after=after)


def test_the_future_is_refused_and_the_present_is_not() -> None:
    refuse_future(5, 5)

    with pytest.raises(InvalidArgument, match="5 events so far"):
        refuse_future(6, 5)
