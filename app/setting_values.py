"""How the text of a setting becomes its value; ValueError says what is accepted. Pure."""

import re
from collections.abc import Callable, Mapping
from zoneinfo import available_timezones

LAST_PORT = 65535

SIZE_UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
TIME_UNITS = {"ms": 0.001, "": 1.0, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}

Parse = Callable[[str], object]


def _quantity(text: str, units: Mapping[str, float], example: str) -> float:
    match = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", text)
    if match is None or match[2].lower() not in units:
        accepted = ", ".join(unit for unit in units if unit)
        raise ValueError(f"is not a quantity such as {example} (units: {accepted})")
    return float(match[1]) * units[match[2].lower()]


def parse_size(text: str) -> int:
    """Bytes, at least 1, from `1048576`, `256MiB` or `1GB`; ValueError says what is accepted."""
    size = int(_quantity(text, SIZE_UNITS, "256MiB"))
    if size < 1:
        raise ValueError("is less than a byte")
    return size


def parse_time(text: str) -> float:
    """Seconds from `30`, `250ms`, `5min` or `1h`; ValueError says what is accepted."""
    return _quantity(text, TIME_UNITS, "30s")


def parse_some_time(text: str) -> float:
    """The same, but more than nothing."""
    seconds = parse_time(text)
    if seconds <= 0:
        raise ValueError("is no time at all; give one such as 30s")
    return seconds


def parse_count(text: str) -> int:
    """A whole number of at least 1; underscores are allowed between digits."""
    if not re.fullmatch(r"[0-9]+(_[0-9]+)*", text) or int(text) < 1:
        raise ValueError("is not a whole number of at least 1")
    return int(text)


def parse_port(text: str) -> int:
    """A TCP port; 0 lets the system choose."""
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise ValueError("is not a port from 0 to 65535")
    return int(text)


def parse_yes(text: str) -> bool:
    """`yes` or `no`, and what people write instead of them."""
    words = {"yes": True, "true": True, "1": True, "on": True}
    words |= {"no": False, "false": False, "0": False, "off": False, "": False}
    if text.strip().lower() not in words:
        raise ValueError("is neither yes nor no")
    return words[text.strip().lower()]


def parse_names(text: str) -> tuple[str, ...]:
    """A comma-separated list, without empty members."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def parse_reader(text: str) -> str:
    """The reader of the database."""
    if text not in ("auto", "cursor", "copy"):
        raise ValueError("is not a reader; accepted are auto, cursor and copy")
    return text


def parse_cost(text: str) -> float:
    """A planner's cost, in the units of EXPLAIN; `inf` is dearer than every plan."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?(e[0-9]+)?|inf", text):
        raise ValueError("is not a cost such as 2000000 or inf")
    return float(text)


def parse_timezone(text: str) -> str:
    """A name of IANA's time zone database."""
    if text not in {*available_timezones(), "UTC"} - {"localtime"}:  # this machine's word alone
        raise ValueError("is not a time zone such as Europe/Berlin or UTC")
    return text
