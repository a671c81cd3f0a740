"""Room for rows: a quarter of all for an owner, and all for what cannot go away."""

import pytest

from app.runs.space import Usage, kept_bytes, used_up

FINISHED, SHARE = Usage(kept=24, in_progress=0), Usage(kept=25, in_progress=0)
GROWING = Usage(kept=24, in_progress=24)


@pytest.mark.parametrize(
    ("usage", "words"),
    [
        ({}, None),
        ({"a": FINISHED}, None),
        ({"a": SHARE}, "Your space"),
        ({"b": SHARE}, None),
        (dict.fromkeys("bcdef", FINISHED), None),
        (dict.fromkeys("bcde", GROWING), None),
        (dict.fromkeys("bcdef", GROWING), "The server's space"),
        ({"a": SHARE, **dict.fromkeys("bcdef", GROWING)}, "Your space"),
    ],
)
def test_room_is_refused_where_nothing_can_go_away(
    usage: dict[str, Usage], words: str | None
) -> None:
    refusal = used_up(usage, "a", most=100)

    assert (refusal is None) == (words is None)
    assert words is None or refusal is None or words in refusal.detail


def test_what_is_kept_is_everybodys() -> None:
    assert kept_bytes({"a": FINISHED, "b": SHARE}) == 49
