"""The time zones that a report, a reader or the operator can name."""

from functools import cache
from zoneinfo import available_timezones


@cache
def timezones() -> frozenset[str]:
    """The names of IANA's database that are installed here, and always UTC.

    `localtime` is this machine's own zone: PostgreSQL does not know it.
    """
    return frozenset({*available_timezones(), "UTC"} - {"localtime"})


def unknown_timezone(name: str) -> str | None:
    """None for a name that is known, else the sentence that refuses it."""
    if name in timezones():
        return None
    same = next((each for each in timezones() if each.casefold() == name.casefold()), None)
    hint = f"did you mean {same}?" if same else "names are such as Europe/Berlin or UTC."
    return f"There is no time zone {name[:60]!r}; {hint}"
