"""What a run in progress tells of itself: its share, what is left, the tab, word of its end."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import re

import pytest
from selenium import webdriver

from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Look
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

ICON = "return document.querySelector('link[rel=icon]').getAttribute('href')"
TICKED = "return document.querySelector('#tell input').checked"
# Pages do not get to see a browser's own question in a test: it is answered beforehand.
GRANT = {"permission": {"name": "notifications"}, "setting": "granted"}


def bar(page: ReportPage, attribute: str) -> str | None:
    """An attribute of the progress bar."""
    return page.element("bar").get_attribute(attribute)


def icon(page: ReportPage) -> str:
    """The address of the tab's icon."""
    return str(page.script(ICON))


def test_a_counted_run_tells_its_share_what_is_left_and_the_tab_tells_it_too(
    page: ReportPage,
) -> None:
    usual = icon(page.open("counted"))
    page.run()
    page.until(lambda: page.text("left"), "it is told what is left")

    assert re.fullmatch(r"about \d+(\.5)? \w+ left|a few seconds left", page.text("left"))
    assert re.fullmatch(r"\d+\.\d %", page.text("percent"))
    assert float(bar(page, "aria-valuenow") or "") > 0
    assert re.match(r"\d+ % · Counted", page.driver.title)
    running = icon(page)
    assert running.startswith("data:image/svg+xml,")
    page.cancel()
    page.wait_for_stage("Cancelled")
    assert page.text("left") == ""
    page.until(lambda: icon(page) not in {usual, running}, "the icon tells the end")


def test_an_unknown_total_is_no_share_but_a_bar_that_is_busy(page: ReportPage) -> None:
    page.open("uncounted").run().wait_for_rows(50)
    page.until(lambda: page.text("rate"), "the rate is known")

    assert (page.text("percent"), page.text("left")) == ("", "")
    assert bar(page, "aria-valuenow") is None
    assert "rows" in (bar(page, "aria-valuetext") or "")
    assert "unknown" in (bar(page, "class") or "").split()
    page.cancel()
    page.wait_for_stage("Cancelled")
    assert not page.is_shown("bar")


def test_word_of_the_end_is_offered_after_a_while_and_the_wish_is_remembered(
    opened: Opener, server: Server
) -> None:
    driver = fresh(opened, "chromium", Look())
    assert isinstance(driver, webdriver.Chrome)
    page = ReportPage(driver, server.url).open("ticker")
    driver.execute_cdp_cmd("Browser.setPermission", {**GRANT, "origin": server.url})
    page.run().wait_for_rows(50)
    assert not page.is_shown("tell")
    page.until(lambda: page.is_shown("tell"), "it is offered")
    page.element("tell").click()
    page.until(lambda: page.script(TICKED), "the browser allows it")
    driver.refresh()
    page.until(lambda: page.is_shown("tell") and page.script(TICKED), "the wish is remembered")
    page.element("tell").click()
    page.until(lambda: not page.script(TICKED), "it is taken back")
    page.cancel()
    page.wait_for_stage("Cancelled")

    assert not page.is_shown("tell")
