"""At 400 % zoom, in 320 by 256 px: everything is reached by scrolling one way, but in the table."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from collections.abc import Iterator

import pytest

from tests.browser import states
from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Look
from tests.browser.line import Line, line_to
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

# 1280 by 1024 at 400 %.
ZOOMED = Look(320, 256)
STATES: tuple[states.Reach, ...] = (
    *(states.first_visit, states.incomplete_form, states.completed, states.about_to_cancel),
    *(states.value_panel, states.record_panel, states.menu_of_a_column, states.catalog_with_runs),
    *(states.failed_after_rows, states.menu_of_all_columns, states.exports_page),
)
WIDER = """
const { scrollWidth, clientWidth } = document.documentElement;
return innerWidth <= 320 ? scrollWidth - clientWidth : null;
"""
# What can be used, but not brought into the window whole, or only by scrolling sideways.
OUT_OF_REACH = """
const open = document.querySelector('dialog[open], :popover-open') ?? document;
return [...open.querySelectorAll('a, button, input, select, summary, pre, [tabindex="0"]')]
  .filter((each) => each.getClientRects().length > 0 && !each.closest('[role=grid]'))
  .filter((each) => !each.matches('.skip'))
  .filter((each) => {
    each.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
    const { left, right, top, bottom } = each.getBoundingClientRect();
    return left < 0 || right > innerWidth + 0.5 || bottom < 1 || top > innerHeight - 1;
  }).map((each) => each.outerHTML.slice(0, 200));
"""
# A reader sees some of the text that a panel is there for, not its buttons alone.
LEFT_FOR_TEXT = "return document.querySelector('.panel pre, .panel .record')?.clientHeight ?? 999"
LEAST_FOR_TEXT_PX = 60


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    """A line of the test's own."""
    with line_to(server.port) as whole:
        yield whole


@pytest.fixture
def page(opened: Opener, line: Line) -> Iterator[ReportPage]:
    """Chromium, with the window of somebody who needs large letters."""
    page = ReportPage(fresh(opened, "chromium", ZOOMED), line.url)
    page.driver.get(page.url)
    page.driver.delete_all_cookies()
    yield page
    page.driver.get(page.url)
    states.end_runs(page)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_everything_is_within_reach_at_four_times_the_size(
    page: ReportPage, line: Line, state: states.Reach
) -> None:
    state(page, line)
    left = page.script(LEFT_FOR_TEXT)

    assert page.script(WIDER) == 0
    assert page.script(OUT_OF_REACH) == []
    assert isinstance(left, int)
    assert left >= LEAST_FOR_TEXT_PX
