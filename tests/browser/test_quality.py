"""What holds on every page: a clean console, names for everything, announcements, focus."""

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.engines import console
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

NAMELESS = """
return [...document.querySelectorAll('button, a, input, select, [role=grid], dialog')]
  .filter(e => !(e.textContent.trim() || e.ariaLabel || e.labels?.length
    || e.getAttribute('aria-labelledby') || document.querySelector(`label[for="${e.id}"]`)))
  .map(e => e.outerHTML)
"""


@pytest.mark.engines("chromium", "firefox")
def test_a_whole_run_leaves_no_word_on_the_console(driver: WebDriver, server: Server) -> None:
    page, written = ReportPage(driver, server.url), console(driver)
    driver.get(server.url)
    page.until(lambda: "report" in page.text("found"), "the reports are listed")
    page.open("difficult").run_to_the_end()
    page.open("numbers").run_to_the_end()

    assert written() == []


def test_everything_that_can_be_used_has_a_name(page: ReportPage) -> None:
    page.open("form").run_to_the_end()

    assert page.script(NAMELESS) == []


def test_an_end_is_announced(page: ReportPage) -> None:
    page.open("numbers").run_to_the_end()

    page.until(lambda: page.text("announcer") == "Completed, 2,500 rows", "the end is said")


def test_the_title_of_the_tab_says_how_it_ended(page: ReportPage) -> None:
    page.open("numbers").run_to_the_end()

    assert page.driver.title.startswith("Completed · Numbers ")


def test_the_button_under_the_keyboard_does_not_vanish(page: ReportPage) -> None:
    page.open("ticker").run().wait_for_rows(1)
    assert page.driver.switch_to.active_element.get_attribute("id") == "cancel"
    page.cancel()
    page.wait_for_stage("Cancelled")

    page.until(
        lambda: page.driver.switch_to.active_element.get_attribute("id") == "run", "Run has it"
    )
