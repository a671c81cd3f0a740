"""The README's tables say what the code does: every name in one stands in the other."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from app.errors import ANSWERS
from app.runs.events import EVENT_NAMES
from app.setting_values import parse_size, parse_some_time, parse_time
from app.settings import Settings, variable
from app.web.routes import ADDRESSES

README = Path(__file__).parents[1] / "README.md"
Row = tuple[str, ...]

QUANTITIES = (parse_size, parse_time, parse_some_time)


def table(heading: str) -> list[Row]:
    """The rows of the first table under a heading, without its two lines of head."""
    text = README.read_text("utf-8")
    section = re.split(rf"^#+ {heading}$", text, flags=re.MULTILINE)[1]
    lines = re.split(r"^#", section, flags=re.MULTILINE)[0].splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = (line for line in _until_empty(lines[first + 2 :]))
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]


def _until_empty(lines: list[str]) -> list[str]:
    ends = [number for number, line in enumerate(lines) if not line.startswith("|")]
    return lines[: ends[0]] if ends else lines


def names(heading: str) -> list[str]:
    """What stands in backquotes in the first column."""
    return [name for row in table(heading) for name in re.findall(r"`([^`]+)`", row[0])]


def addresses() -> set[str]:
    """Methods and paths; a converter (`{path:path}`) is no business of readers."""
    return {
        f"{method} {re.sub(r':[a-z]+}', '}', address.path)}"
        for address in ADDRESSES
        for method in address.handlers
    }


def test_every_event_is_in_the_table_and_no_other() -> None:
    assert sorted(names("Events")) == sorted(EVENT_NAMES)


def test_every_route_is_in_the_table_and_no_other() -> None:
    assert sorted(names("Routes")) == sorted(addresses())


def test_every_error_is_in_the_table_with_its_status() -> None:
    told = [(re.sub("`", "", code), int(status)) for code, status, _ in table("Errors")]

    assert sorted(told) == sorted((kind.code, kind.default_status) for kind in ANSWERS)


def test_every_setting_is_in_the_table_and_no_other() -> None:
    assert sorted(names("Settings")) == sorted(variable(item.name) for item in fields(Settings))


def _with_default() -> list[tuple[str, str]]:
    return [
        (row[0].strip("`").removeprefix("ROWSTREAM_").lower(), row[1].strip("`"))
        for row in table("Settings")
        if row[1].startswith("`")
    ]


@pytest.mark.parametrize(("name", "told"), _with_default())
def test_a_default_in_the_table_is_the_one_in_the_code(name: str, told: str) -> None:
    assert getattr(Settings.read({variable(name): told}), name) == getattr(Settings(), name)


def test_every_default_that_is_a_quantity_is_in_the_table() -> None:
    quantities = {item.name for item in fields(Settings) if item.metadata["parse"] in QUANTITIES}

    assert quantities <= {name for name, _ in _with_default()}


def test_no_row_is_without_a_meaning() -> None:
    for heading in ("Events", "Routes", "Errors", "Settings"):
        assert all(row[-1] for row in table(heading)), heading


def test_every_setting_that_the_text_names_exists() -> None:
    named = set(re.findall(r"ROWSTREAM_[A-Z_]+", README.read_text("utf-8")))

    assert named <= {variable(item.name) for item in fields(Settings)}


def test_every_target_of_make_that_the_text_names_exists() -> None:
    makefile = README.with_name("Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?m)(?:^|`)make ([a-z-]+)", README.read_text("utf-8")))

    assert named
    assert named <= targets
