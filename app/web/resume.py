"""Where a follower goes on: `Last-Event-ID`, which names the run, or `?after=`. Pure."""

from collections.abc import Sequence
from typing import Literal

from app.errors import InvalidArgument
from app.runs.events import parse_event_id
from app.runs.run import RunId

# More digits than a run can have events or chunks.
MOST_DIGITS = 18


def resume_after(run: RunId, *, last_event_id: str, after: Sequence[str]) -> int:
    """The number of the last event the client has, 0 for none; the header wins.

    InvalidArgument for what is neither, or is another run's.
    """
    if last_event_id:
        named, number = event_id(last_event_id)
        if named != run:
            raise InvalidArgument("The Last-Event-ID is one of another run.")
        return number
    return number_after(after, "event")


def event_id(text: str) -> tuple[RunId, int]:
    """The run and the event's number in a `Last-Event-ID`."""
    parsed = parse_event_id(text)
    if parsed is None:
        raise InvalidArgument(
            "The Last-Event-ID is not one of ours; they are a run's id, a dot and a number."
        )
    return parsed


def refuse_future(after: int, events: int) -> None:
    """InvalidArgument for an event that the run does not have yet."""
    if after > events:
        raise InvalidArgument(
            f"The run has {events:,} events so far; it cannot be followed after event {after:,}."
        )


def number_after(given: Sequence[str], what: Literal["event", "chunk"]) -> int:
    """The number that `?after=` names; 0 without one, InvalidArgument for what is none."""
    if not given:
        return 0
    text = given[0]
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    if len(given) > 1 or not is_number:
        raise InvalidArgument(f"'after' is one {what} number; 0 is the beginning.")
    return int(text)
