"""What makes the report page comfortable: any row by its number, its looks, its print."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Look
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

SCHEME = "return getComputedStyle(document.documentElement).colorScheme"
SEEN = """
return [...document.querySelectorAll('main :is(button, input, select, [role=row])')]
  .filter(e => e.getClientRects().length > 0).map(e => e.name || e.id || e.getAttribute('role'))
"""


@pytest.fixture
def printed(opened: Opener, server: Server) -> Iterator[ReportPage]:
    """A completed run as it is printed."""
    driver = fresh(opened, "chromium", Look())
    assert isinstance(driver, webdriver.Chrome)
    page = ReportPage(driver, server.url).open("form", least="7").run_to_the_end()
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    yield page
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_row_is_reached_by_its_number(page: ReportPage) -> None:
    page.open("numbers").run_to_the_end().wait_for_rows(2500)
    page.element("goto-row").send_keys("2000" + Keys.ENTER)
    page.until(lambda: 2000 in page.row_numbers(), "the row is there")

    assert page.script("return document.activeElement.closest('run-table') !== null")
    page.element("goto-row").clear()
    page.element("goto-row").send_keys("999999" + Keys.ENTER)
    page.until(lambda: 2500 in page.row_numbers(), "past the last row is the last one")


def test_the_chosen_look_outlives_the_page(page: ReportPage) -> None:
    page.open("numbers")
    assert page.script(SCHEME) == "light dark"
    page.element("theme").click()
    assert page.script(SCHEME) == "dark"
    page.driver.refresh()
    page.wait_for_stage("Not run yet")

    assert page.script(SCHEME) == "dark"
    page.element("theme").click()
    assert page.script(SCHEME) == "light"
    page.script("localStorage.removeItem('theme')")


def test_a_print_has_the_arguments_the_moment_and_the_rows_but_no_buttons(
    printed: ReportPage,
) -> None:
    seen = printed.script(SEEN)

    assert seen == ["least", "since", "fruit", "sure", "words", "row", "row"]
    assert " 20" in printed.words("when")
    assert not printed.is_shown("toolbar")
