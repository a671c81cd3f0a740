"""The lock file installs everything by hash, and names no place that a machine may not have."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="ascii")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINNED = re.findall(
    r"^([a-z0-9.-]+)==\S+[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}[ \\\n]*)+)",
    LOCK,
    re.MULTILINE,
)


def normal(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[._-]+", "-", name[0]).lower()


def test_every_line_is_a_pinned_package_or_its_hash() -> None:
    requirements = [line for line in LOCK.splitlines() if not line.startswith("    --hash=sha256:")]

    assert len(requirements) == len(PINNED)


def test_every_declared_dependency_is_locked() -> None:
    groups = PROJECT["dependency-groups"].values()
    declared = {
        normal(each) for group in [PROJECT["project"]["dependencies"], *groups] for each in group
    }

    assert declared - {name for name, _ in PINNED} == set()


def test_it_names_no_address_and_no_path() -> None:
    assert re.findall(r"://|--(?!hash)|file:|/", LOCK) == []


def test_the_flights_come_without_pandas() -> None:
    assert {name for name, _ in PINNED}.isdisjoint({"pandas", "numpy"})
