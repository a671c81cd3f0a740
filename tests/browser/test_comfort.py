"""What makes the report page comfortable: any row by its number, its looks."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.report_page import ReportPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

SCHEME = "return getComputedStyle(document.documentElement).colorScheme"


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
