"""axe-core finds nothing in any state of any page."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Literal

import pytest

from tests.browser import states
from tests.browser.axe import faults
from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Engine, Look
from tests.browser.line import Line, line_to
from tests.browser.report_page import ReportPage
from tests.browser.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

Theme = Literal["light", "dark"]
Reader = tuple[Engine, Look, Theme]
WIDE, NARROW = Look(), Look(390, 844)
FIRST: Reader = ("chromium", WIDE, "light")
OTHERS: tuple[Reader, ...] = (
    *(("chromium", NARROW, "dark"), ("firefox", NARROW, "dark")),
    ("webkit", WIDE, "dark"),
)
# What axe sees is nearly the same in each engine, but not how each computes roles and colours.
TELLING: tuple[states.Reach, ...] = (
    *(states.incomplete_form, states.completed, states.catalog_with_runs),
    *(states.value_panel, states.record_panel, states.menu_of_a_column),
)
CHOOSE = "localStorage.setItem('theme', arguments[0])"
SPOIL = """
const picture = Object.assign(new Image(), { src: '/static/icon.svg' });
document.querySelector('main').append(picture, document.createElement('button'));
document.getElementById('description').style.color = 'gray';
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One reader sees every state; the others share the telling ones, or see all of them."""
    if "state" not in metafunc.fixturenames:
        return
    cases = [(FIRST, state) for state in states.STATES]
    if metafunc.config.getoption("every_engine"):
        cases += [(reader, state) for reader in OTHERS for state in TELLING]
    else:
        cases += zip(cycle(OTHERS), TELLING, strict=False)
    metafunc.parametrize(("page", "state"), cases, indirect=["page"], ids=case_id)


def case_id(value: Reader | states.Reach) -> str:
    """How a case is called."""
    if isinstance(value, tuple):
        engine, look, theme = value
        return f"{engine}-{look.width}-{theme}"
    return value.__name__


@pytest.fixture(scope="module")
def line(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Line]:
    """A server where few runs are many, behind a line."""
    limits = {"pool": str(states.POOL), "runs_per_owner": str(states.RUNS)}
    folder = tmp_path_factory.mktemp("axe")
    with served(make_database(), folder, **limits) as running, line_to(running.port) as whole:
        yield whole


@pytest.fixture
def page(request: pytest.FixtureRequest, opened: Opener, line: Line) -> Iterator[ReportPage]:
    """The line's near end, for a reader who has chosen a theme and has never run anything."""
    reader: Reader = getattr(request, "param", FIRST)
    engine, look, theme = reader
    page = ReportPage(fresh(opened, engine, look), line.url)
    page.driver.get(page.url)
    page.driver.delete_all_cookies()
    page.script(CHOOSE, theme)
    yield page
    line.mend()
    page.driver.get(page.url)
    states.end_runs(page)
    page.script("localStorage.clear()")


def test_axe_finds_nothing(page: ReportPage, line: Line, state: states.Reach) -> None:
    state(page, line)

    assert faults(page.driver) == []


def test_axe_would_find_what_is_wrong(page: ReportPage) -> None:
    page.open("failing")
    page.script(SPOIL)
    rules = {fault.split(" | ")[0] for fault in faults(page.driver)}

    assert rules >= {"image-alt", "button-name", "color-contrast"}
