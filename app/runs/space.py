"""Whether there is room for more rows: in all backlogs together, and in an owner's share. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import Storage

OWNER_SHARE = 4  # an owner may fill a quarter of all


@dataclass(frozen=True, slots=True)
class Usage:
    """Compressed bytes of one owner's backlogs: all that are kept, those in progress of them."""

    kept: int
    in_progress: int


def kept_bytes(usage: Mapping[str, Usage]) -> int:
    """What the backlogs of all owners take."""
    return sum(each.kept for each in usage.values())


def owner_limit(most: int) -> int:
    """What one owner may fill of what all may take together."""
    return most // OWNER_SHARE


def used_up(usage: Mapping[str, Usage], owner: str, *, most: int) -> Storage | None:
    """Why this owner can have no more rows, or None. `most` is what all may take together.

    Finished runs of anybody make room for those in progress: only these can fill the whole.
    """
    mine = usage.get(owner)
    if mine is not None and mine.kept >= owner_limit(most):
        return Storage("Your space for rows is used up. Try again when older runs have expired.")
    if sum(each.in_progress for each in usage.values()) >= most:
        return Storage(
            "The server's space for rows is used up. Try again when other runs have ended."
        )
    return None
